using System.Globalization;
using System.Text.Json;
using Nsn.Engine.Runtime.Activations;
using Orleans.Storage;

namespace Nsn.Engine.Testing.Simulation;

/// <summary>Storage that takes time, with the fencing of the PostgreSQL one.</summary>
public sealed class SimulatedStorage(SimulatedWorld world, PlantedBug bug) : IGrainStorage
{
    private readonly Dictionary<(string State, GrainId Grain), (string? Json, long ETag, long Epoch)> _rows = [];
    private readonly SimulatedProcess _machine = new(world, "storage");

    /// <summary>Writes of an activation that came after those of a later one; empty while the fence holds.</summary>
    public List<string> Violations { get; } = [];

    /// <summary>Whether some requests fail: reads and writes that are not done, and writes that are done but whose answer is lost.</summary>
    public bool Fails { get; set; }

    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        await Latency();
        if (NextFault() == Fault.NotDone)
            throw new IOException($"The state of {grainId} cannot be read.");
        var found = _rows.TryGetValue((stateName, grainId), out var row);
        grainState.ETag = found ? row.ETag.ToString(CultureInfo.InvariantCulture) : null!;
        grainState.RecordExists = found && row.Json is not null;
        grainState.State = grainState.RecordExists ? JsonSerializer.Deserialize<T>(row.Json!)! : default!;
    }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var json = JsonSerializer.Serialize(grainState.State);
        var epoch = (RuntimeContext.Current as Activation)?.Epoch ?? 0;
        var fault = NextFault();
        if (fault == Fault.NotDone)
        {
            await Latency();
            throw new IOException($"The state of {grainId} cannot be written.");
        }

        var expected = grainState.ETag is null ? 0 : long.Parse(grainState.ETag, CultureInfo.InvariantCulture);
        // The storage is a machine of its own: a write that is under way is applied whatever happens to who asked.
        var applied = new TaskCompletionSource<long>();
        _machine.Run(() => Apply(stateName, grainId, json, expected, epoch, applied), WriteLatency());
        var etag = await applied.Task;
        if (fault == Fault.AnswerLost)
        {
            await Latency();
            throw new IOException($"Whether the state of {grainId} was written is not known.");
        }

        grainState.ETag = etag.ToString(CultureInfo.InvariantCulture);
        grainState.RecordExists = true;
        await Latency();
    }

    private void Apply(string stateName, GrainId grainId, string json, long expected, long epoch, TaskCompletionSource<long> applied)
    {
        _rows.TryGetValue((stateName, grainId), out var row);
        if (bug != PlantedBug.UnfencedWrite && (row.ETag != expected || row.Epoch > epoch))
        {
            applied.SetException(new InconsistentStateException($"{grainId} was written by another activation.", $"{row.ETag}", $"{expected}"));
            return;
        }

        if (row.Epoch > epoch)
            Violations.Add($"{world.Now.TotalMilliseconds:0} a write of {grainId} with epoch {epoch} came after one with epoch {row.Epoch}");
        _rows[(stateName, grainId)] = (json, row.ETag + 1, epoch);
        applied.SetResult(row.ETag + 1);
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        _rows.Remove((stateName, grainId));
        return Task.CompletedTask;
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
