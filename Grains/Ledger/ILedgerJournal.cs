namespace Nsn.Grains.Ledger;

/// <summary>Where sealed blocks are written before anyone hears of them. Append-only, one block per number.</summary>
public interface ILedgerJournal
{
    /// <summary>Blocks of a chain in order from a number.</summary>
    IAsyncEnumerable<JournaledBlock> ReadAsync(string chain, ulong from, CancellationToken cancellationToken = default);

    /// <summary>One block, or null.</summary>
    Task<JournaledBlock?> FindAsync(string chain, ulong number, CancellationToken cancellationToken = default);

    /// <summary>
    /// Commits a block. When it returns, the block survives a crash.
    /// </summary>
    /// <returns>
    /// False when there is a block with that number already: another activation of the ledger sealed it, and this one must stop.
    /// </returns>
    Task<bool> TryAppendAsync(string chain, JournaledBlock block, CancellationToken cancellationToken = default);

    /// <summary>The newest snapshot of the state at or before the newest block, or null.</summary>
    Task<LedgerSnapshot?> ReadSnapshotAsync(string chain, CancellationToken cancellationToken = default);

    /// <summary>Keeps a snapshot, so that a start need not apply every block again. Older snapshots may be dropped.</summary>
    Task WriteSnapshotAsync(string chain, LedgerSnapshot snapshot, CancellationToken cancellationToken = default);
}
