using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Nsn.Content;
using Nsn.Grains.Directors;
using Nsn.Grains.Epochs;
using Nsn.Grains.Inference;
using Nsn.Grains.Ledger;
using Nsn.Grains.Telemetry;
using Nsn.Grains.Tests.Slots;
using Nsn.Protocol.Certificates;
using Nsn.Protocol.Consensus;
using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger;
using Nsn.Protocol.Ledger.Blocks;
using Nsn.Protocol.Ledger.Extrinsics;
using Nsn.Protocol.Ledger.Pallets.Director;
using Nsn.Protocol.Ledger.Pallets.Reputation;
using Nsn.Protocol.Ledger.Pallets.Stake;
using Nsn.Protocol.Scale;
using Orleans.Hosting;
using Orleans.TestingHost;

namespace Nsn.Grains.Tests.Directors;

/// <summary>What directors bring to the ledger by themselves: proofs of equivocation, and the secrets of the beacon.</summary>
public sealed class DirectorsOnChainTests : IAsyncLifetime
{
    private static readonly ConcurrentDictionary<string, bool> s_withholding = new();
    private static readonly ShiftedTime s_time = new();
    private TestCluster _cluster = null!;

    private ILedgerGrain Ledger => _cluster.GrainFactory.GetGrain<ILedgerGrain>(ChainName.Default);

    public async ValueTask InitializeAsync()
    {
        s_withholding.Clear();
        var builder = new TestClusterBuilder(1);
        builder.AddSiloBuilderConfigurator<SiloSetup>();
        _cluster = builder.Build();
        await _cluster.DeployAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _cluster.StopAllSilosAsync();
        await _cluster.DisposeAsync();
    }

    [Fact]
    public async Task Two_certificates_for_one_slot_leave_one_on_the_ledger_and_cost_the_directors_that_signed_both()
    {
        var head = await Ledger.GetHeadAsync();
        var epoch = (await Ledger.GetEpochAsync(0))!;
        AccountId[] accounts = [.. epoch.Directors.Select(director => new AccountId(director.Account))];
        var first = Certify(head, accounts, [0, 1, 2], content: 1);
        var second = Certify(head, accounts, [1, 2, 3], content: 2);
        Assert.Null((await Director(accounts[0]).SubmitAsync(1, first)).Error);
        var before = await StakesAsync(accounts);

        var refused = await Director(accounts[4]).SubmitAsync(1, second);
        Assert.Equal(DirectorErrors.ResultAlreadySubmitted.Name, refused.Error);
        Assert.Equal(first, await Ledger.GetCertificateAsync(1));
        var after = await StakesAsync(accounts);
        var slash = DevChain.Runtime.Parameters.DirectorSlash;
        Assert.Equal([before[0], before[1] - slash, before[2] - slash, before[3], before[4]], after);

        // Nobody pays twice, a director does not report itself, and bytes that prove nothing are refused.
        var evidence = Evidence(accounts, first, second);
        Assert.Null(await Director(accounts[3]).ReportEquivocationAsync(evidence));
        Assert.NotNull(await Director(accounts[1]).ReportEquivocationAsync(evidence));
        Assert.NotNull(await Director(accounts[3]).ReportEquivocationAsync([1, 2, 3]));
        Assert.Equal(after, await StakesAsync(accounts));
    }

    [Fact]
    public async Task Directors_commit_and_reveal_secrets_which_alone_change_the_election_and_who_withholds_is_charged()
    {
        // On deck: the directors of epoch 1 are elected and commit for the election of epoch 2.
        var timing = (await Ledger.GetHeadAsync()).Timing;
        var head = await AdvanceToAsync(timing.FirstBlockOfEpoch(1) - timing.OnDeckBlocks + 1);
        AccountId[] accounts = [.. (await Ledger.GetEpochAsync(1))!.Directors.Select(director => new AccountId(director.Account))];
        await ObserveUntilAsync("all five commit", async () => await CountAsync(accounts, account => DirectorStorage.BeaconCommits.KeyOf(2, account)) == 5);
        Assert.Equal(0, await CountAsync(accounts, account => DirectorStorage.BeaconReveals.KeyOf(2, account)));

        // The candidates are fixed: four reveal, one keeps its secret back.
        s_withholding[Convert.ToHexStringLower(accounts[0].AsSpan())] = true;
        await AdvanceToAsync(timing.FirstBlockOfEpoch(2) - 3 * timing.OnDeckBlocks + 1);
        await ObserveUntilAsync("four reveal", async () => await CountAsync(accounts, account => DirectorStorage.BeaconReveals.KeyOf(2, account)) == 4);
        Assert.Null(await Ledger.GetStorageAsync(DirectorStorage.BeaconReveals.KeyOf(2, accounts[0]).Span.ToArray()));

        // The election. An auditor applies the journal again, and once more without the reveals, and without both.
        var election = timing.FirstBlockOfEpoch(2) - timing.OnDeckBlocks;
        await AdvanceToAsync(election);
        var held = (await Ledger.GetEpochAsync(2))!;
        var real = await ReplayAsync(election, _ => true);
        Assert.Equal(held.Randomness, Randomness(real));
        var without = await ReplayAsync(election, extrinsic => extrinsic.Call is not DirectorCalls.RevealBeacon);
        var silent = await ReplayAsync(election, extrinsic => !extrinsic.IsSigned);
        Assert.NotEqual(Randomness(real), Randomness(without));
        Assert.Equal(Randomness(silent), Randomness(without));
        var charged = real.Events.Select(record => record.Event).OfType<ReputationEvents.ReputationRecorded>()
            .Where(recorded => recorded.EventType == ReputationEventKind.DirectorSlotMissed).Select(recorded => recorded.Account);
        Assert.Equal([accounts[0]], charged);
        Assert.True(head.Block < election);
    }

    private static byte[] Randomness(SealedBlock block) => Nsn.Protocol.Ledger.Pallets.Director.Epochs.Find(block.State.Storage, 2)!.Randomness.ToArray();

    private IDirectorGrain Director(AccountId account) => _cluster.GrainFactory.GetGrain<IDirectorGrain>(Convert.ToHexStringLower(account.AsSpan()));

    private async Task<ChainHead> AdvanceToAsync(ulong block)
    {
        var head = await Ledger.GetHeadAsync();
        if (head.Block < block)
            s_time.Advance(head.Timing.BlockTime * (block - head.Block));
        return await Eventually.HoldsAsync($"block {block} is sealed", Ledger.GetHeadAsync, seen => seen.Block >= block, 120);
    }

    private Task ObserveUntilAsync(string what, Func<Task<bool>> holds) => Eventually.HoldsAsync(
        what,
        async () =>
        {
            await _cluster.GrainFactory.GetGrain<IEpochGrain>(1).ObserveAsync(await Ledger.GetHeadAsync());
            return await holds();
        },
        held => held,
        120);

    private async Task<int> CountAsync(AccountId[] accounts, Func<AccountId, Nsn.Protocol.Ledger.State.StorageKey> key)
    {
        var values = await Task.WhenAll(accounts.Select(account => Ledger.GetStorageAsync(key(account).Span.ToArray())));
        return values.Count(value => value is not null);
    }

    private async Task<UInt128[]> StakesAsync(AccountId[] accounts)
    {
        var records = await Task.WhenAll(accounts.Select(account => Ledger.GetStorageAsync(StakeStorage.Stakes.KeyOf(account).Span.ToArray())));
        return [.. records.Select(record => StakeRecord.Codec.Decode(record!).Amount)];
    }

    /// <summary>Seals the journaled blocks again with those of their extrinsics that pass; answers the last one.</summary>
    private async Task<SealedBlock> ReplayAsync(ulong last, Func<Extrinsic, bool> passes)
    {
        var (runtime, state) = DevChain.Start();
        SealedBlock block = null!;
        for (var number = 1UL; number <= last; number++)
        {
            var journaled = (await Ledger.GetBlockAsync(number))!;
            Extrinsic[] extrinsics = [.. journaled.Extrinsics.Select(bytes => Extrinsic.TryDecode(LedgerRuntime.Calls, bytes, out var read, out var error)
                ? read : throw new InvalidOperationException(error.ToString()))];
            var timestamp = ((Nsn.Protocol.Ledger.Pallets.Timestamp.TimestampCalls.Set)extrinsics[0].Call).Now;
            block = runtime.Seal(state, timestamp, extrinsics.Skip(1).Where(passes));
            Assert.Empty(block.Rejected);
            state = block.State;
        }

        return block;
    }

    private static byte[] Certify(ChainHead head, AccountId[] directors, int[] signers, byte content)
    {
        var statement = new SlotStatement
        {
            ChainId = new Hash256(head.GenesisHash),
            Epoch = 0,
            Slot = 1,
            RecipeHash = Sha2.Hash256([1]),
            ModelPackHash = Sha2.Hash256([2]),
            ContentRoot = Sha2.Hash256([content]),
            EmbeddingHash = Sha2.Hash256([4]),
            Verdict = Verdict.Accept,
        };
        var keys = new TestKeys();
        Vote[] votes = [.. signers.Select(place => Vote.Sign(keys.Find(directors[place])!, statement))];
        return Certificate.Create(new EpochDirectors(statement.ChainId, 0, directors), votes).Encode();
    }

    private static byte[] Evidence(AccountId[] directors, byte[] first, byte[] second)
    {
        Assert.True(Certificate.TryDecode(first, out var one, out _));
        Assert.True(Certificate.TryDecode(second, out var other, out _));
        var evidence = EquivocationEvidence.Between(new EpochDirectors(one.Statement.ChainId, 0, directors), one, other).First();
        var writer = new ScaleWriter();
        EquivocationEvidence.Write(writer, evidence);
        return writer.ToArray();
    }

    private sealed class SiloSetup : ISiloConfigurator
    {
        public void Configure(ISiloBuilder siloBuilder)
        {
            siloBuilder.AddMemoryGrainStorage("nsn");
            siloBuilder.AddIncomingGrainCallFilter<WithholdingFilter>();
            siloBuilder.Services.AddSingleton<TimeProvider>(s_time);
            siloBuilder.Services.AddGrainMetrics();
            siloBuilder.Services.AddSingleton<ILedgerJournal, MemoryLedgerJournal>();
            siloBuilder.Services.AddSingleton<IDirectorKeys, TestKeys>();
            siloBuilder.Services.AddSingleton<IContentStore, MemoryContentStore>();
            siloBuilder.Services.AddSingleton<IInferenceDevices, FakeDevice>();
        }
    }

    private sealed class WithholdingFilter : IIncomingGrainCallFilter
    {
        public async Task Invoke(IIncomingGrainCallContext context)
        {
            if (context.InterfaceMethod.Name == nameof(IDirectorGrain.ServeBeaconAsync) && s_withholding.ContainsKey(context.TargetId.Key.ToString()!))
                context.Result = true;
            else
                await context.Invoke();
        }
    }
}
