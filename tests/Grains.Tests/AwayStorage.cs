using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime;
using Orleans.Storage;

namespace Nsn.Grains.Tests;

/// <summary>
/// Storage as a database is one: it takes a moment, holds JSON, refuses a write that names an old version, and outlives the silos of its cluster. It can be made to fail for a while.
/// </summary>
internal sealed class AwayStorage(IOptions<ClusterOptions> cluster) : IGrainStorage
{
    private static readonly JsonSerializerOptions s_json = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };
    private static readonly ConcurrentDictionary<string, ConcurrentDictionary<(string Grain, string Name), (long Version, string? Json)>> s_clusters = new();
    private static readonly ConcurrentDictionary<string, (TaskCompletionSource Reached, Task Lost)> s_held = new();
    private readonly ConcurrentDictionary<(string Grain, string Name), (long Version, string? Json)> _records = s_clusters.GetOrAdd(cluster.Value.ClusterId, _ => new());

    /// <summary>How many of the next writes of a state fail, by the state's name.</summary>
    public static ConcurrentDictionary<string, int> Failing { get; } = new();

    /// <summary>Holds the next write of a state, by the state's name, until a test lets it be lost.</summary>
    public static (Task Reached, TaskCompletionSource Lost) Hold(string stateName)
    {
        TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously), lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
        s_held[stateName] = (reached, lost.Task);
        return (reached.Task, lost);
    }

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var (version, json) = _records.GetValueOrDefault((grainId.ToString(), stateName));
        grainState.State = json is null ? Activator.CreateInstance<T>() : JsonSerializer.Deserialize<T>(json, s_json)!;
        grainState.ETag = version == 0 ? null! : version.ToString(CultureInfo.InvariantCulture);
        grainState.RecordExists = json is not null;
        return Task.CompletedTask;
    }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        grainState.ETag = await WriteAsync(stateName, grainId, grainState.ETag, JsonSerializer.Serialize(grainState.State, s_json));
        grainState.RecordExists = true;
    }

    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        grainState.ETag = await WriteAsync(stateName, grainId, grainState.ETag, null);
        grainState.State = Activator.CreateInstance<T>();
        grainState.RecordExists = false;
    }

    private async Task<string> WriteAsync(string stateName, GrainId grainId, string? etag, string? json)
    {
        await Task.Delay(5, TestContext.Current.CancellationToken);
        if (s_held.TryRemove(stateName, out var held))
        {
            held.Reached.SetResult();
            await held.Lost;
            throw new IOException("the database went away");
        }

        if (Failing.TryGetValue(stateName, out var left) && left > 0)
        {
            Failing[stateName] = left - 1;
            throw new IOException("the database is away");
        }

        var key = (grainId.ToString(), stateName);
        var expected = etag is null ? 0 : long.Parse(etag, CultureInfo.InvariantCulture);
        var known = _records.GetValueOrDefault(key);
        var written = expected + 1;
        if (known.Version == expected && (known.Version == 0 ? _records.TryAdd(key, (written, json)) : _records.TryUpdate(key, (written, json), known)))
            return written.ToString(CultureInfo.InvariantCulture);
        throw new InconsistentStateException($"State '{stateName}' of grain {grainId} was written by another activation.", "another version", etag ?? "no version");
    }
}
