using System.Runtime.CompilerServices;

namespace Nsn.Grains.Ledger;

/// <summary>A journal in memory, for tests; it can be shared by clusters to stand for a disk that survives them.</summary>
public sealed class MemoryLedgerJournal : ILedgerJournal
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, SortedDictionary<ulong, JournaledBlock>> _chains = [];
    private readonly Dictionary<string, LedgerSnapshot> _snapshots = [];

    /// <inheritdoc/>
    public async IAsyncEnumerable<JournaledBlock> ReadAsync(
        string chain, ulong from, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        JournaledBlock[] blocks;
        lock (_lock)
            blocks = [.. Blocks(chain).Where(block => block.Key >= from).Select(block => block.Value)];
        foreach (var block in blocks)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return block;
        }

        await Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<JournaledBlock?> FindAsync(string chain, ulong number, CancellationToken cancellationToken = default)
    {
        lock (_lock)
            return Task.FromResult(Blocks(chain).GetValueOrDefault(number));
    }

    /// <inheritdoc/>
    public Task<bool> TryAppendAsync(string chain, JournaledBlock block, CancellationToken cancellationToken = default)
    {
        lock (_lock)
            return Task.FromResult(Blocks(chain).TryAdd(block.Number, block));
    }

    /// <inheritdoc/>
    public Task<LedgerSnapshot?> ReadSnapshotAsync(string chain, CancellationToken cancellationToken = default)
    {
        lock (_lock)
            return Task.FromResult(_snapshots.GetValueOrDefault(chain));
    }

    /// <inheritdoc/>
    public Task WriteSnapshotAsync(string chain, LedgerSnapshot snapshot, CancellationToken cancellationToken = default)
    {
        lock (_lock)
            _snapshots[chain] = snapshot;
        return Task.CompletedTask;
    }

    private SortedDictionary<ulong, JournaledBlock> Blocks(string chain)
    {
        if (!_chains.TryGetValue(chain, out var blocks))
            _chains[chain] = blocks = [];
        return blocks;
    }
}
