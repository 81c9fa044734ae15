using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Nsn.Grains.Ledger;
using Nsn.Grains.Telemetry;
using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger;
using Nsn.Protocol.Ledger.Blocks;
using Nsn.Protocol.Ledger.Genesis;
using Nsn.Protocol.Ledger.Pallets.FrameSystem;
using Orleans.Hosting;
using Orleans.TestingHost;

namespace Nsn.Grains.Tests.Ledger;

/// <summary>The ledger and its journal: what nobody could read again, nobody is told.</summary>
public sealed class LedgerGrainTests : IAsyncLifetime
{
    private TestCluster _cluster = null!;

    private ILedgerGrain Ledger => _cluster.GrainFactory.GetGrain<ILedgerGrain>(ChainName.Default);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        GatedJournal.Current = new GatedJournal();
        var builder = new TestClusterBuilder(1);
        builder.AddSiloBuilderConfigurator<SiloSetup>();
        _cluster = builder.Build();
        await _cluster.DeployAsync();
        await Ledger.GetHeadAsync(); // it seals blocks from now on
    }

    public async ValueTask DisposeAsync()
    {
        GatedJournal.Current.Open();
        await _cluster.StopAllSilosAsync();
        await _cluster.DisposeAsync();
    }

    private async Task<byte[]> RemarkAsync(byte text)
    {
        using var signer = DevAccounts.SignerOf(DevAccounts.Users[0]);
        var head = await Ledger.GetHeadAsync();
        return DevChain.Sign(new Hash256(head.GenesisHash), new SystemCalls.Remark([text]), signer, await Ledger.GetNextNonceAsync(signer.PublicKey.ToArray()));
    }

    [Fact]
    public async Task A_block_is_journaled_before_anybody_is_told_of_it_or_of_what_is_in_it()
    {
        var remark = await RemarkAsync(1);
        var before = await GatedJournal.Current.CloseAsync(Cancellation); // a block that does not have the remark
        var submitted = Ledger.SubmitAsync(remark);
        await Ledger.GetHeadAsync(); // the remark waits for the next block
        var (number, block) = await GatedJournal.Current.PassAsync(Cancellation);
        Assert.Equal(before.Number + 1, number);
        Assert.True(Block.TryDecode(block.Bytes, out var read, out _));
        Assert.Contains(read.Extrinsics, extrinsic => extrinsic.AsSpan().SequenceEqual(remark));

        for (var look = 0; look < 20; look++) // an answer on its way would be here by then
            Assert.Equal(before.Number, (await Ledger.GetHeadAsync()).Block);
        using var signer = DevAccounts.SignerOf(DevAccounts.Users[0]);
        Assert.Equal(1u, await Ledger.GetNextNonceAsync(signer.PublicKey.ToArray())); // the remark is not in the state, and still waits
        Assert.False(submitted.IsCompleted, "the remark's block is not in the journal, and who sent it was told that it is");
        GatedJournal.Current.Open();
        Assert.Equal(number, (await submitted.WaitAsync(TimeSpan.FromSeconds(30), Cancellation)).Block);
    }

    [Fact]
    public async Task A_ledger_whose_block_another_one_has_journaled_goes_on_from_that_one()
    {
        var own = await GatedJournal.Current.CloseAsync(Cancellation);
        var (runtime, state) = DevChain.Start();
        await foreach (var journaled in GatedJournal.Current.ReadAsync(ChainName.Default, 1, Cancellation))
        {
            Assert.True(Block.TryDecode(journaled.Bytes, out var block, out _));
            Assert.True(runtime.TryApply(state, block, out var applied, out var reason), reason);
            state = applied.State;
        }

        using var signer = DevAccounts.SignerOf(DevAccounts.Users[1]);
        var other = runtime.Seal(state, (ulong)own.Block.SealedAt.ToUnixTimeMilliseconds(), [runtime.Sign(state.GenesisHash, new SystemCalls.Remark([2]), signer, 0)]);
        Assert.Empty(other.Rejected);
        GatedJournal.Current.Open(new JournaledBlock(own.Number, other.Block.Encode(), own.Block.SealedAt));

        await Eventually.HoldsAsync("another block follows", Ledger.GetHeadAsync, head => head.Block > own.Number, 60);
        Assert.True(BlockHeader.Codec.TryDecode((await Ledger.GetBlockAsync(own.Number + 1))!.Header, out var next));
        Assert.Equal(other.Block.Header.Hash, next.ParentHash);
        Assert.Equal(1u, await Ledger.GetNextNonceAsync(signer.PublicKey.ToArray()));
    }

    private sealed class SiloSetup : ISiloConfigurator
    {
        public void Configure(ISiloBuilder siloBuilder)
        {
            siloBuilder.Services.AddSingleton(TimeProvider.System);
            siloBuilder.Services.AddGrainMetrics();
            siloBuilder.Services.AddSingleton<ILedgerJournal>(GatedJournal.Current);
        }
    }

    /// <summary>A journal in memory with a gate before it: while it is closed, blocks wait.</summary>
    private sealed class GatedJournal : ILedgerJournal
    {
        private readonly MemoryLedgerJournal _inner = new();
        private readonly Lock _lock = new();
        private TaskCompletionSource? _gate;
        private TaskCompletionSource<(ulong Number, JournaledBlock Block)> _waiting = New();

        public static GatedJournal Current { get; set; } = null!;

        /// <summary>Closes the gate; answers with the block that waits before it.</summary>
        public Task<(ulong Number, JournaledBlock Block)> CloseAsync(CancellationToken cancellationToken)
        {
            lock (_lock)
                (_gate, _waiting) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), New());
            return _waiting.Task.WaitAsync(TimeSpan.FromSeconds(60), cancellationToken);
        }

        /// <summary>Lets the block through that waits; answers with the next that waits.</summary>
        public Task<(ulong Number, JournaledBlock Block)> PassAsync(CancellationToken cancellationToken)
        {
            var passed = _gate!;
            var next = CloseAsync(cancellationToken);
            passed.SetResult();
            return next;
        }

        /// <summary>Opens the gate, after somebody else has journaled a block.</summary>
        public void Open(JournaledBlock? first = null)
        {
            if (first is not null)
                Assert.True(_inner.TryAppendAsync(ChainName.Default, first).Result);
            lock (_lock)
            {
                _gate?.TrySetResult();
                _gate = null;
            }
        }

        public async Task<bool> TryAppendAsync(string chain, JournaledBlock block, CancellationToken cancellationToken = default)
        {
            Task gate;
            lock (_lock)
            {
                gate = _gate?.Task ?? Task.CompletedTask;
                if (_gate is not null)
                    _waiting.TrySetResult((block.Number, block));
            }

            await gate;
            return await _inner.TryAppendAsync(chain, block, cancellationToken);
        }

        public async IAsyncEnumerable<JournaledBlock> ReadAsync(string chain, ulong from, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            await foreach (var block in _inner.ReadAsync(chain, from, cancellationToken))
                yield return block;
        }

        public Task<JournaledBlock?> FindAsync(string chain, ulong number, CancellationToken cancellationToken = default) => _inner.FindAsync(chain, number, cancellationToken);

        public Task<LedgerSnapshot?> ReadSnapshotAsync(string chain, CancellationToken cancellationToken = default) => _inner.ReadSnapshotAsync(chain, cancellationToken);

        public Task WriteSnapshotAsync(string chain, LedgerSnapshot snapshot, CancellationToken cancellationToken = default) => _inner.WriteSnapshotAsync(chain, snapshot, cancellationToken);

        private static TaskCompletionSource<(ulong Number, JournaledBlock Block)> New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
