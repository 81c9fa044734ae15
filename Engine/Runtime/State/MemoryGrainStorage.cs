using System.Globalization;
using System.Text.Json;
using Orleans.Storage;

namespace Nsn.Engine.Runtime.State;

/// <summary>States in memory, with the same ETag rule as a database: a writer must have seen the latest.</summary>
internal sealed class MemoryGrainStorage(string name, MemoryStore store) : IGrainStorage
{
    private static long s_lastETag;

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        if (store.Records.TryGetValue((name, stateName, grainId), out var record) && record.State is not null)
        {
            grainState.State = Snapshot.Copy((T)record.State);
            grainState.ETag = record.ETag;
            grainState.RecordExists = true;
        }
        else
        {
            grainState.State = default!;
            grainState.ETag = record.ETag;
            grainState.RecordExists = false;
        }

        return Task.CompletedTask;
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        Replace(stateName, grainId, grainState, Snapshot.Copy(grainState.State));
        grainState.RecordExists = true;
        return Task.CompletedTask;
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        Replace(stateName, grainId, grainState, null);
        grainState.State = default!;
        grainState.RecordExists = false;
        return Task.CompletedTask;
    }

    private void Replace<T>(string stateName, GrainId grainId, IGrainState<T> grainState, object? value)
    {
        var key = (name, stateName, grainId);
        var next = (value, Interlocked.Increment(ref s_lastETag).ToString(CultureInfo.InvariantCulture));
        var exists = store.Records.TryGetValue(key, out var current);
        var accepted = exists
            ? current.ETag == grainState.ETag && store.Records.TryUpdate(key, next, current)
            : grainState.ETag is null && store.Records.TryAdd(key, next);
        if (!accepted)
            throw new InconsistentStateException($"The state '{stateName}' of {grainId} was changed by another writer.", exists ? current.ETag : null!, grainState.ETag);
        grainState.ETag = next.Item2;
    }
}

/// <summary>Copies states so that what is stored does not change with the grain's own object.</summary>
internal static class Snapshot
{
    private static readonly JsonSerializerOptions s_json = new() { IncludeFields = true };

    public static T Copy<T>(T value)
    {
        if (value is null)
            return value;
        return Codecs.CanWrite(typeof(T))
            ? CodecOf<T>.Instance.Copy(value)
            : JsonSerializer.Deserialize<T>(JsonSerializer.SerializeToUtf8Bytes(value, s_json), s_json)!;
    }
}
