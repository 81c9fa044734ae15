using System.Collections.Concurrent;

namespace Nsn.Engine.Runtime.Reminders;

/// <summary>Reminders in memory: they last as long as the process.</summary>
public sealed class InMemoryReminderTable : IReminderTable
{
    private readonly ConcurrentDictionary<(GrainId, string), ReminderEntry> _entries = new();

    public Task<ReminderEntry> UpsertAsync(ReminderEntry entry, CancellationToken cancellationToken)
    {
        var stored = entry with { ETag = Guid.NewGuid().ToString("N") };
        _entries[(entry.Grain, entry.Name)] = stored;
        return Task.FromResult(stored);
    }

    public Task<bool> RemoveAsync(ReminderEntry entry, CancellationToken cancellationToken) =>
        Task.FromResult(_entries.TryRemove(KeyValuePair.Create((entry.Grain, entry.Name), entry)));

    public Task<IReadOnlyList<ReminderEntry>> ReadAsync(GrainId grain, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<ReminderEntry>>([.. _entries.Values.Where(entry => entry.Grain == grain)]);

    public Task<IReadOnlyList<ReminderEntry>> ReadBucketsAsync(IReadOnlyCollection<int> buckets, CancellationToken cancellationToken)
    {
        var wanted = buckets.ToHashSet();
        return Task.FromResult<IReadOnlyList<ReminderEntry>>([.. _entries.Values.Where(entry => wanted.Contains(entry.Bucket))]);
    }
}
