using System.Globalization;
using System.Text.Json;
using Nsn.Engine.Runtime.Activations;
using Orleans.Storage;

namespace Nsn.Engine.Testing.Simulation;

/// <summary>
/// Storage that takes time, with the fencing of the PostgreSQL one. It keeps book of what it has acknowledged: at every moment each row must go back to all writes that somebody was
/// told of.
/// </summary>
public sealed class SimulatedStorage(SimulatedWorld world, PlantedBug bug) : IGrainStorage
{
    private readonly Dictionary<(string State, GrainId Grain), Row> _rows = [];
    private readonly SimulatedProcess _machine = new(world, "storage");
    private readonly List<string> _violations = [];
    private long _lastWrite;

    /// <summary>Whether some requests fail: reads and writes that are not done, and writes that are done but whose answer is lost.</summary>
    public bool Fails { get; set; }

    /// <summary>
    /// From now on the stored state of a grain must satisfy this: somebody was told so. It is looked at now and with each write of that grain.
    /// </summary>
    /// <param name="what">What is lost when it does not.</param>
    public void Promise<T>(string stateName, GrainId grainId, string what, Func<T, bool> holds)
        where T : class
    {
        var row = RowOf(stateName, grainId);
        row.Promises.Add((what, state => state is T typed && holds(typed), typeof(T)));
        CheckPromises(grainId, row, row.Promises.Count - 1);
    }

    /// <summary>Gives what has been broken since it was last asked: acknowledged writes that are lost, and writes of an activation that came after those of a later one.</summary>
    internal void TakeViolations(Action<string> into)
    {
        if (_violations.Count == 0)
            return;
        _violations.ForEach(into);
        _violations.Clear();
    }

    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        await Latency();
        if (NextFault() == Fault.NotDone)
            throw new IOException($"The state of {grainId} cannot be read.");
        var row = RowOf(stateName, grainId);
        grainState.ETag = row.ETag == 0 ? null! : row.ETag.ToString(CultureInfo.InvariantCulture);
        grainState.RecordExists = row.Json is not null;
        grainState.State = grainState.RecordExists ? JsonSerializer.Deserialize<T>(row.Json!)! : default!;
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => StoreAsync(stateName, grainId, grainState, JsonSerializer.Serialize(grainState.State));

    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        await StoreAsync(stateName, grainId, grainState, null);
        grainState.State = default!;
    }

    private async Task StoreAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, string? json)
    {
        var epoch = (RuntimeContext.Current as Activation)?.Epoch ?? 0;
        var fault = NextFault();
        if (fault == Fault.NotDone)
        {
            await Latency();
            throw new IOException($"The state of {grainId} cannot be written.");
        }

        var expected = grainState.ETag is null ? 0 : long.Parse(grainState.ETag, CultureInfo.InvariantCulture);
        var write = ++_lastWrite;
        // The storage is a machine of its own: a write that is under way is applied whatever happens to who asked.
        var applied = new TaskCompletionSource<long>();
        _machine.Run(() => Apply((stateName, grainId), json, expected, epoch, write, applied), WriteLatency());
        var etag = bug == PlantedBug.AcknowledgedBeforeStored ? expected + 1 : await applied.Task;
        if (fault == Fault.AnswerLost)
        {
            await Latency();
            throw new IOException($"Whether the state of {grainId} was written is not known.");
        }

        grainState.ETag = etag.ToString(CultureInfo.InvariantCulture);
        grainState.RecordExists = json is not null;
        await Latency();
        var row = RowOf(stateName, grainId);
        row.Acknowledged.Add(write);
        CheckWrites(grainId, row, row.Acknowledged.Count - 1);
    }

    private void Apply((string State, GrainId Grain) key, string? json, long expected, long epoch, long write, TaskCompletionSource<long> applied)
    {
        var row = RowOf(key.State, key.Grain);
        if (bug != PlantedBug.UnfencedWrite && (row.ETag != expected || row.Epoch > epoch))
        {
            applied.SetException(new InconsistentStateException($"{key.Grain} was written by another activation.", $"{row.ETag}", $"{expected}"));
            return;
        }

        if (row.Epoch > epoch)
            _violations.Add($"a write of {key.Grain} with epoch {epoch} came after one with epoch {row.Epoch}");
        row.Writes.RemoveAll(earlier => earlier.ETag > expected); // whoever writes knows nothing of those, so they are gone
        row.ETag++;
        row.Writes.Add((row.ETag, write));
        row.Json = json;
        row.Epoch = epoch;
        CheckWrites(key.Grain, row, 0);
        CheckPromises(key.Grain, row, 0);
        applied.SetResult(row.ETag);
    }

    private void CheckWrites(GrainId grain, Row row, int from)
    {
        for (var i = from; i < row.Acknowledged.Count; i++)
        {
            if (!row.Writes.Exists(write => write.Number == row.Acknowledged[i]))
                _violations.Add($"write {row.Acknowledged[i]} of {grain} is acknowledged and not there");
        }
    }

    private void CheckPromises(GrainId grain, Row row, int from)
    {
        object? state = null;
        for (var i = from; i < row.Promises.Count; i++)
        {
            var (what, holds, type) = row.Promises[i];
            if (row.Json is not null && state?.GetType() != type)
                state = JsonSerializer.Deserialize(row.Json, type);
            if (!holds(state))
                _violations.Add($"{what} of {grain} is acknowledged and not stored");
        }
    }

    private Row RowOf(string stateName, GrainId grainId) => _rows.TryGetValue((stateName, grainId), out var row) ? row : _rows[(stateName, grainId)] = new Row();

    /// <summary>A grain's state, and what was said of it.</summary>
    private sealed class Row
    {
        public string? Json { get; set; }
        public long ETag { get; set; }
        public long Epoch { get; set; }

        /// <summary>The writes that it goes back to, each by the tag that it gave.</summary>
        public List<(long ETag, long Number)> Writes { get; } = [];

        public List<long> Acknowledged { get; } = [];
        public List<(string What, Func<object?, bool> Holds, Type Type)> Promises { get; } = [];
    }

    private Fault NextFault() => !Fails ? Fault.None : world.Random.Next(6) switch
    {
        0 => Fault.NotDone,
        1 => Fault.AnswerLost,
        _ => Fault.None,
    };

    private enum Fault
    {
        None,
        NotDone,
        AnswerLost,
    }

    /// <summary>Now and then a write is stuck somewhere for longer than a lease.</summary>
    private TimeSpan WriteLatency() => world.Random.Next(12) > 0 ? world.Between(1, 30) : world.Between(1000, 15_000);

    private Task Latency()
    {
        var done = new TaskCompletionSource();
        _machine.Run(done.SetResult, world.Between(1, 30));
        return done.Task;
    }
}
