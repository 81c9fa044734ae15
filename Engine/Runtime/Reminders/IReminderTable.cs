namespace Nsn.Engine.Runtime.Reminders;

/// <summary>Keeps reminders.</summary>
public interface IReminderTable
{
    Task<ReminderEntry> UpsertAsync(ReminderEntry entry, CancellationToken cancellationToken);

    /// <summary>False when there is no such reminder, or it was changed meanwhile.</summary>
    Task<bool> RemoveAsync(ReminderEntry entry, CancellationToken cancellationToken);

    Task<IReadOnlyList<ReminderEntry>> ReadAsync(GrainId grain, CancellationToken cancellationToken);
    Task<IReadOnlyList<ReminderEntry>> ReadBucketsAsync(IReadOnlyCollection<int> buckets, CancellationToken cancellationToken);
}
