namespace Nsn.Engine.Runtime.Grains;

/// <summary>Stages in order, and back again.</summary>
internal class GrainLifecycle : IGrainLifecycle
{
    private readonly List<Entry> _entries = [];

    public IDisposable Subscribe(string observerName, int stage, ILifecycleObserver observer)
    {
        var entry = new Entry(this, stage, observer);
        lock (_entries)
            _entries.Add(entry);
        return entry;
    }

    public void AddMigrationParticipant(IGrainMigrationParticipant participant)
    {
    }

    public void RemoveMigrationParticipant(IGrainMigrationParticipant participant)
    {
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var stage in Snapshot().GroupBy(entry => entry.Stage).OrderBy(group => group.Key))
        {
            await Task.WhenAll(stage.Select(entry => entry.Observer.OnStart(cancellationToken)));
            foreach (var entry in stage)
                entry.Started = true;
            OnStageStarted(stage.Key);
        }
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        var errors = new List<Exception>();
        foreach (var stage in Snapshot().Where(entry => entry.Started).GroupBy(entry => entry.Stage).OrderByDescending(group => group.Key))
        {
            try
            {
                await Task.WhenAll(stage.Select(entry => entry.Observer.OnStop(cancellationToken)));
            }
            catch (Exception exception)
            {
                errors.Add(exception);
            }

            OnStageStopped(stage.Key);
        }

        if (errors.Count > 0)
            throw new AggregateException(errors);
    }

    protected virtual void OnStageStarted(int stage)
    {
    }

    protected virtual void OnStageStopped(int stage)
    {
    }

    private Entry[] Snapshot()
    {
        lock (_entries)
            return [.. _entries];
    }

    private sealed class Entry(GrainLifecycle owner, int stage, ILifecycleObserver observer) : IDisposable
    {
        public int Stage => stage;
        public ILifecycleObserver Observer => observer;
        public bool Started { get; set; }

        public void Dispose()
        {
            lock (owner._entries)
                owner._entries.Remove(this);
        }
    }
}
