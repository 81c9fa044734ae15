using Nsn.Grains.Ledger;
using Nsn.Protocol.Ledger;
using Nsn.Protocol.Ledger.Blocks;
using Nsn.Protocol.Ledger.Extrinsics;
using Nsn.Protocol.Ledger.Genesis;
using Nsn.Protocol.Ledger.Pallets.FrameSystem;

namespace Nsn.Grains.Tests.Ledger;

/// <summary>A journal is carried out again; whatever was done to it is found at the block where it was done.</summary>
public sealed class LedgerReplayTests
{
    private const string Chain = "nsn";
    private const ulong Blocks = 20, SnapshotOf = 12;
    private static readonly DateTimeOffset s_start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly List<JournaledBlock> _blocks = [];
    private readonly List<LedgerState> _states = [];
    private LedgerSnapshot _snapshot;

    public LedgerReplayTests()
    {
        var (runtime, state) = DevChain.Start();
        _states.Add(state);
        using var signer = DevAccounts.SignerOf(DevAccounts.Users[0]);
        for (ulong number = 1; number <= Blocks; number++)
        {
            var at = s_start.AddSeconds(number);
            var signed = runtime.Sign(state.GenesisHash, new SystemCalls.Remark([(byte)number]), signer, (uint)number - 1);
            var block = runtime.Seal(state, (ulong)at.ToUnixTimeMilliseconds(), [signed]);
            Assert.Empty(block.Rejected);
            state = block.State;
            _states.Add(state);
            _blocks.Add(new JournaledBlock(number, block.Block.Encode(), at));
        }

        _snapshot = new LedgerSnapshot(SnapshotOf, SnapshotCodec.Encode(_states[(int)SnapshotOf]));
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private async Task<LedgerReplayReport> ReplayAsync()
    {
        var journal = new MemoryLedgerJournal();
        foreach (var block in _blocks)
            Assert.True(await journal.TryAppendAsync(Chain, block, Cancellation));
        await journal.WriteSnapshotAsync(Chain, _snapshot, Cancellation);
        return await LedgerReplay.RunAsync(journal, Chain, Cancellation);
    }

    private async Task FindsAsync(string problem, ulong lastGood)
    {
        var report = await ReplayAsync();
        Assert.NotNull(report.Problem);
        Assert.Contains(problem, report.Problem, StringComparison.Ordinal);
        Assert.Equal(lastGood, report.Block);
        Assert.Equal(_states[(int)lastGood].Root, report.StateRoot);
    }

    /// <summary>Puts another block in the place of one, made of the same parts but for what <paramref name="change"/> changes.</summary>
    private void Change(ulong number, Func<Block, Block> change)
    {
        Assert.True(Block.TryDecode(_blocks[(int)number - 1].Bytes, out var block, out _));
        _blocks[(int)number - 1] = _blocks[(int)number - 1] with { Bytes = change(block).Encode() };
    }

    [Fact]
    public async Task A_whole_journal_leads_to_the_state_that_the_chain_has()
    {
        var report = await ReplayAsync();
        Assert.Null(report.Problem);
        Assert.Equal(Blocks, report.Block);
        Assert.Equal(_states[^1].Hash, report.BlockHash);
        Assert.Equal(_states[^1].Root, report.StateRoot);
        Assert.Equal(2 * (int)Blocks, report.Extrinsics);
        Assert.Equal(SnapshotOf, report.SnapshotBlock);
    }

    [Fact]
    public async Task A_block_that_is_missing_is_named()
    {
        _blocks.RemoveAt(6);
        await FindsAsync("Block 7 is not in the journal; block 8 comes next", 6);
    }

    [Fact]
    public async Task A_block_in_the_place_of_another_is_found()
    {
        _blocks[7] = _blocks[7] with { Bytes = _blocks[6].Bytes };
        await FindsAsync("The block is number 7; 8 comes next", 7);
    }

    [Fact]
    public async Task A_block_with_another_parent_is_found()
    {
        Change(9, block => block with { Header = block.Header with { ParentHash = _states[7].Hash } });
        await FindsAsync("The block follows", 8);
    }

    [Fact]
    public async Task A_block_with_a_state_root_that_does_not_follow_is_found()
    {
        Change(9, block => block with { Header = block.Header with { StateRoot = _states[8].Root } });
        await FindsAsync("The state root is", 8);
    }

    [Fact]
    public async Task A_signature_that_nobody_made_is_found_although_the_ledger_itself_would_not_look_again()
    {
        Assert.True(Block.TryDecode(_blocks[8].Bytes, out var block, out _));
        byte[] forged = [.. block.Extrinsics[1]];
        Assert.True(Extrinsic.TryDecode(LedgerRuntime.Calls, forged, out var extrinsic, out _));
        var place = forged.AsSpan().IndexOf(extrinsic.Signature.AsSpan());
        forged[place] ^= 1;
        byte[][] extrinsics = [[.. block.Extrinsics[0]], forged];
        Change(9, _ => block with { Extrinsics = extrinsics, Header = block.Header with { ExtrinsicsRoot = Block.ExtrinsicsRootOf(extrinsics) } });
        await FindsAsync("Extrinsic 1 may not be in the block", 8);
    }

    [Fact]
    public async Task Bytes_that_are_no_block_are_found()
    {
        _blocks[4] = _blocks[4] with { Bytes = _blocks[4].Bytes[..^1] };
        await FindsAsync("Block 5 does not decode", 4);
    }

    [Fact]
    public async Task A_snapshot_that_was_changed_is_found()
    {
        _snapshot.State[^1] ^= 1;
        await FindsAsync("The snapshot of block 12 does not have the state root", 0);
    }

    [Fact]
    public async Task A_snapshot_of_another_history_is_found()
    {
        var (runtime, state) = DevChain.Start();
        for (ulong number = 1; number <= SnapshotOf; number++)
            state = runtime.Seal(state, (ulong)s_start.AddSeconds(number).ToUnixTimeMilliseconds(), []).State;
        _snapshot = new LedgerSnapshot(SnapshotOf, SnapshotCodec.Encode(state));
        await FindsAsync("is of another block than the journal's", SnapshotOf);
    }

    [Fact]
    public async Task A_journal_that_ends_before_its_snapshot_has_lost_blocks()
    {
        _blocks.RemoveRange(9, _blocks.Count - 9);
        await FindsAsync("ends with block 9, before its snapshot of block 12", 9);
    }
}
