using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger;
using Nsn.Protocol.Ledger.Blocks;

namespace Nsn.Grains.Ledger;

/// <summary>
/// Carries out a journal's blocks again, from the chain's first block on and with every signature checked: trusts neither the snapshot nor
/// whoever wrote the journal.
/// </summary>
public static class LedgerReplay
{
    /// <summary>Reads a journal from block 1 to its last and says where that leads, or what is wrong first.</summary>
    /// <param name="journal">The journal. Blocks that are appended meanwhile may be read or not.</param>
    /// <param name="chain">The chain's name in it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<LedgerReplayReport> RunAsync(ILedgerJournal journal, string chain, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(journal);
        var (runtime, state) = DevChain.Start();
        var extrinsics = 0;
        // Read first: by the time the blocks are read, the one that it is of is among them.
        var snapshot = await journal.ReadSnapshotAsync(chain, cancellationToken);
        var snapshotHash = default(Hash256);
        if (snapshot is not null)
        {
            if (!SnapshotCodec.TryDecode(snapshot.State, state.GenesisHash, out var kept))
                return Report($"The snapshot of block {snapshot.Block} does not have the state root that its header names.");
            if (kept!.Number != snapshot.Block)
                return Report($"The snapshot of block {snapshot.Block} is one of block {kept.Number}.");
            snapshotHash = kept.Hash;
        }

        await foreach (var journaled in journal.ReadAsync(chain, 1, cancellationToken))
        {
            var next = state.Number + 1UL;
            if (journaled.Number != next)
                return Report($"Block {next} is not in the journal; block {journaled.Number} comes next in it.");
            if (!Block.TryDecode(journaled.Bytes, out var block, out var error))
                return Report($"Block {next} does not decode: {error}.");
            if (!runtime.TryApply(state, block, out var applied, out var reason))
                return Report($"Block {next} does not follow from those before it: {reason}");
            state = applied.State;
            extrinsics += block.Extrinsics.Count;
            if (state.Number == snapshot?.Block && state.Hash != snapshotHash)
                return Report($"The snapshot of block {snapshot.Block} is of another block than the journal's.");
        }

        return Report(snapshot?.Block > state.Number ? $"The journal ends with block {state.Number}, before its snapshot of block {snapshot.Block}." : null);

        LedgerReplayReport Report(string? problem) => new(chain, state.Number, state.Hash, state.Root, extrinsics, snapshot?.Block, problem);
    }
}
