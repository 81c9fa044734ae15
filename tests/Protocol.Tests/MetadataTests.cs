using System.Diagnostics;
using System.Text.Json;
using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger;
using Nsn.Protocol.Ledger.Extrinsics;
using Nsn.Protocol.Ledger.Genesis;
using Nsn.Protocol.Ledger.Metadata;
using Nsn.Protocol.Ledger.Pallets.Balances;
using Nsn.Protocol.Ledger.Pallets.Director;
using Nsn.Protocol.Ledger.Pallets.FrameSystem;
using Nsn.Protocol.Ledger.Pallets.Stake;
using Nsn.Protocol.Ledger.Runtime;
using Nsn.Protocol.Ledger.State;

namespace Nsn.Protocol.Tests;

public sealed class MetadataTests
{
    [Fact]
    public async Task A_client_that_has_only_the_metadata_reads_the_state_and_signs_what_the_ledger_accepts()
    {
        var (runtime, state) = LedgerRuntime.Start(GenesisPresets.Dev());
        List<byte[]> extrinsics = [];
        Add(("Viewer1", new BalancesCalls.TransferKeepAlive(DevAccounts.AccountOf("Bob"), Units.Nsn(1))), ("Alice", new DirectorCalls.CommitBeacon(Sha2.Hash256([1]))));
        Add(("Viewer1", new StakeCalls.DepositStake(Units.Nsn(150), 3, Elections.Region.Apac)), ("Bob", new SystemCalls.Remark([1, 2, 3])));
        while (state.Number < 30)
            Add();
        byte[] events = state.Storage.Get(SystemPallet.EventsKey)!;
        Add(("Viewer1", new BalancesCalls.TransferKeepAlive(DevAccounts.AccountOf("Bob"), Units.Nsn(100_000))));
        events = state.Storage.Get(SystemPallet.EventsKey)!;

        ISigner sender = DevAccounts.SignerOf("Viewer1");
        UInt128 before = Tokens.Of(state.Storage, DevAccounts.AccountOf("Bob")).Free;
        string answer = await AskAsync(new
        {
            metadata = Hex(RuntimeMetadata.Encode(runtime.Parameters)),
            state = state.Storage.Iterate(new StorageKey([])).Select(entry => new[] { entry.Key.ToString(), Hex(entry.Value) }),
            expectedItems = (string[])["system.account", "system.chainName", "system.blockHash", "nsnStake.stakes", "nsnDirector.epochs", "nsnDirector.transcripts",
                "nsnDirector.beaconCommits", "nsnReputation.reputationScores", "timestamp.now"],
            extrinsics = extrinsics.Select(Hex),
            expectedCalls = (string[])["timestamp.set", "balances.transferKeepAlive", "nsnDirector.commitBeacon", "nsnStake.depositStake", "system.remark"],
            events = Hex(events),
            expectedEvents = (string[])["transactionPayment.TransactionFeePaid", "system.ExtrinsicSuccess", "system.ExtrinsicFailed"],
            blocksPerSlot = runtime.Parameters.BlocksPerSlot,
            existentialDeposit = runtime.Parameters.ExistentialDeposit.ToString(),
            signedExtensions = string.Join(' ', RuntimeMetadata.SignedExtensions.Select(extension => extension.Name)),
            seed = Hex(DevAccounts.SeedOf("Viewer1")),
            destination = Hex(DevAccounts.AccountOf("Bob").AsSpan()),
            amount = Units.Nsn(5).ToString(),
            number = state.Number,
            blockHash = state.Hash.ToString(),
            genesisHash = state.GenesisHash.ToString(),
            nonce = LedgerRuntime.NonceOf(state.Storage, sender.PublicKey),
            tip = 12345,
            specVersion = runtime.Parameters.SpecVersion,
            transactionVersion = runtime.Parameters.TransactionVersion,
        });

        byte[] bytes = Convert.FromHexString(answer.Trim()[2..]);
        Assert.True(Extrinsic.TryDecode(LedgerRuntime.Calls, bytes, out Extrinsic? signed, out TransactionError error), error.ToString());
        Assert.Equal((UInt128)12345, signed.Tip);
        Assert.False(signed.Era.IsImmortal);
        SealedBlock block = runtime.Seal(state, (state.Number + 1UL) * 1000, [signed]);
        Assert.Empty(block.Rejected);
        Assert.False(block.Outcomes[1].Result.IsError);
        Assert.Equal(before + Units.Nsn(5), Tokens.Of(block.State.Storage, DevAccounts.AccountOf("Bob")).Free);

        void Add(params (string Who, Call Call)[] calls)
        {
            SealedBlock made = runtime.Seal(state, (state.Number + 1UL) * 1000, calls.Select(entry => runtime.Sign(
                state.GenesisHash, entry.Call, DevAccounts.SignerOf(entry.Who), LedgerRuntime.NonceOf(state.Storage, DevAccounts.AccountOf(entry.Who)))));
            Assert.Empty(made.Rejected);
            extrinsics.AddRange(made.Block.Extrinsics);
            state = made.State;
        }
    }

    [Fact]
    public void Every_call_event_error_and_stored_item_of_every_pallet_is_in_the_metadata()
    {
        byte[] metadata = RuntimeMetadata.Encode(LedgerParameters.Dev);
        foreach (Pallet pallet in LedgerRuntime.Calls.Pallets)
        {
            string[] names = [pallet.Name, .. pallet.Calls.Select(call => call.Name), .. pallet.Events.Select(e => e.Name), .. pallet.Storage.Select(item => item.Name)];
            foreach (string name in names)
                Assert.True(metadata.AsSpan().IndexOf([(byte)(name.Length << 2), .. System.Text.Encoding.ASCII.GetBytes(name)]) > 0, $"{pallet.Name}: {name}");
        }

        Assert.Equal(metadata, RuntimeMetadata.Encode(LedgerParameters.Dev));
    }

    private static string Hex(byte[] bytes) => "0x" + Convert.ToHexStringLower(bytes);

    private static string Hex(ReadOnlySpan<byte> bytes) => "0x" + Convert.ToHexStringLower(bytes);

    private static async Task<string> AskAsync(object question)
    {
        string folder = Path.GetFullPath(Path.Combine(VectorTests.Folder(), "../../tests/Protocol.Tests"));
        Assert.True(Directory.Exists(Path.Combine(folder, "node_modules")), "the npm packages are missing: run tests/prepare");
        string file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, JsonSerializer.Serialize(question), TestContext.Current.CancellationToken);
            ProcessStartInfo start = new("node") { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder };
            start.ArgumentList.Add("metadata.mjs");
            start.ArgumentList.Add(file);
            using Process node = Process.Start(start)!;
            Task<string> output = node.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            Task<string> errors = node.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await node.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.True(node.ExitCode == 0, await errors);
            return await output;
        }
        finally
        {
            File.Delete(file);
        }
    }
}
