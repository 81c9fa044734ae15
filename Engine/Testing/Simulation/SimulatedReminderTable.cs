using Nsn.Engine.Runtime.Reminders;

namespace Nsn.Engine.Testing.Simulation;

/// <summary>Reminders behind a network.</summary>
public sealed class SimulatedReminderTable(SimulatedWorld world, PlantedBug bug) : IReminderTable
{
    private readonly SortedDictionary<(string Grain, string Name), ReminderEntry> _entries = [];
    private readonly HashSet<(string Grain, string Name)> _given = [];
    private readonly SimulatedProcess _machine = new(world, "reminders");
    private int _lastETag;

    public async Task<ReminderEntry> UpsertAsync(ReminderEntry entry, CancellationToken cancellationToken)
    {
        await Latency();
        return _entries[Key(entry)] = entry with { ETag = $"{++_lastETag}" };
    }

    public async Task<bool> RemoveAsync(ReminderEntry entry, CancellationToken cancellationToken)
    {
        await Latency();
        return _entries.TryGetValue(Key(entry), out var stored) && stored == entry && _entries.Remove(Key(entry));
    }

    public async Task<IReadOnlyList<ReminderEntry>> ReadAsync(GrainId grain, CancellationToken cancellationToken)
    {
        await Latency();
        return Give(_entries.Values.Where(entry => entry.Grain == grain));
    }

    public async Task<IReadOnlyList<ReminderEntry>> ReadBucketsAsync(IReadOnlyCollection<int> buckets, CancellationToken cancellationToken)
    {
        await Latency();
        return Give(_entries.Values.Where(entry => buckets.Contains(entry.Bucket)));
    }

    private List<ReminderEntry> Give(IEnumerable<ReminderEntry> entries) =>
        [.. entries.Where(entry => _given.Add(Key(entry)) || bug != PlantedBug.LostReminder)];

    private static (string Grain, string Name) Key(ReminderEntry entry) => (entry.Grain.ToString(), entry.Name);

    private Task Latency()
    {
        var done = new TaskCompletionSource();
        _machine.Run(done.SetResult, world.Between(1, 20));
        return done.Task;
    }
}
