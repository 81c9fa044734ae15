using System.Globalization;
using Npgsql;
using Nsn.Engine.Runtime.Activations;
using Orleans.Storage;

namespace Nsn.Engine.PostgreSql;

/// <summary>
/// States as rows. A write needs the ETag that was read and an activation epoch that no later owner has passed, in the row or in the directory. Reads that come together
/// share a statement, writes a commit.
/// </summary>
internal sealed class PostgreSqlGrainStorage : IGrainStorage
{
    private readonly Database _database;
    private readonly string _name;
    private readonly string _serviceId;
    private readonly string _clusterId;
    private readonly Batcher<Key, (string? Data, long? ETag)> _reads;
    private readonly Batcher<Write, bool> _writes;

    public PostgreSqlGrainStorage(string name, string connectionString, string serviceId, string clusterId)
    {
        _database = Database.Of(connectionString);
        _name = name;
        _serviceId = serviceId;
        _clusterId = clusterId;
        _reads = new(ReadManyAsync, key: null);
        _writes = new(WriteManyAsync, write => (write.State, write.Grain));
    }

    /// <summary>Reads and writes the states of no grain: what the first activation needs is open and compiled when it comes.</summary>
    public Task WarmUpAsync() => Task.WhenAll(ReadManyAsync([]), WriteManyAsync([]));

    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var runtime = (RuntimeContext.Current as Activation)?.Node;
        await _database.ReadyAsync(CancellationToken.None);
        var (data, etag) = await _reads.AskAsync(new Key(stateName, grainId.ToString()));
        grainState.ETag = etag?.ToString(CultureInfo.InvariantCulture)!;
        grainState.RecordExists = data is not null;
        grainState.State = data is null ? default! : StateFormat.Read<T>(data, runtime);
    }

    /// <summary>Many grains that begin at once, as those of a silo that is gone do, share a statement instead of opening a connection each.</summary>
    private async Task<(string? Data, long? ETag)[]> ReadManyAsync(IReadOnlyList<Key> keys)
    {
        await using var command = _database.Source.CreateCommand("""
            select p.number, s.data::text, s.etag from unnest($3, $4) with ordinality as p(state, grain_id, number)
            cross join lateral (select data, etag from nsn_engine.states where service_id = $1 and store = $2 and state = p.state and grain_id = p.grain_id limit 1) as s
            """);
        command.Parameters.AddAll([
            Of(_serviceId), Of(_name),
            new NpgsqlParameter<string[]> { TypedValue = [.. keys.Select(key => key.State)] },
            new NpgsqlParameter<string[]> { TypedValue = [.. keys.Select(key => key.Grain)] }]);
        var states = new (string? Data, long? ETag)[keys.Count];
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            states[reader.GetInt64(0) - 1] = (reader.IsDBNull(1) ? null : reader.GetString(1), reader.GetInt64(2));
        return states;
    }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        await WriteAsync(stateName, grainId, grainState, StateFormat.Write(grainState.State));
        grainState.RecordExists = true;
    }

    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        await WriteAsync(stateName, grainId, grainState, null);
        grainState.State = default!;
        grainState.RecordExists = false;
    }

    private async Task WriteAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, string? data)
    {
        await _database.ReadyAsync(CancellationToken.None);
        var next = grainState.ETag is null ? 1 : long.Parse(grainState.ETag, CultureInfo.InvariantCulture) + 1;
        var epoch = RuntimeContext.Current is Activation activation && activation.GrainId == grainId ? activation.Epoch : long.MaxValue;
        if (!await _writes.AskAsync(new Write(stateName, grainId.ToString(), data, next, epoch)))
            throw new InconsistentStateException($"The state '{stateName}' of {grainId} was changed by another writer, or the grain has another owner now.", "unknown", grainState.ETag!);
        grainState.ETag = next.ToString(CultureInfo.InvariantCulture);
    }

    private async Task<bool[]> WriteManyAsync(IReadOnlyList<Write> writes)
    {
        await using var command = _database.Source.CreateCommand("""
            insert into nsn_engine.states as s (service_id, store, state, grain_id, data, etag, epoch)
            select $1, $2, p.state, p.grain_id, p.data::jsonb, p.etag, least(p.epoch, 9000000000000000000) from unnest($3, $4, $5, $6, $7) as p(state, grain_id, data, etag, epoch)
            where coalesce((select g.epoch from nsn_engine.grains g where g.cluster_id = $8 and g.grain_id = p.grain_id), 0) <= p.epoch -- not as a join: that may read the whole table
            order by p.grain_id, p.state
            on conflict (service_id, grain_id, store, state) do update set data = excluded.data, etag = excluded.etag,
                epoch = case when excluded.epoch = 9000000000000000000 then s.epoch else excluded.epoch end
            where s.etag = excluded.etag - 1 and (s.epoch <= excluded.epoch or s.epoch = 9000000000000000000)
            returning state, grain_id
            """);
        command.Parameters.AddAll([
            Of(_serviceId), Of(_name),
            new NpgsqlParameter<string[]> { TypedValue = [.. writes.Select(write => write.State)] },
            new NpgsqlParameter<string[]> { TypedValue = [.. writes.Select(write => write.Grain)] },
            new NpgsqlParameter<string?[]> { TypedValue = [.. writes.Select(write => write.Data)] },
            new NpgsqlParameter<long[]> { TypedValue = [.. writes.Select(write => write.ETag)] },
            new NpgsqlParameter<long[]> { TypedValue = [.. writes.Select(write => write.Epoch)] },
            Of(_clusterId)]);
        var written = new HashSet<(string, string)>();
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
                written.Add((reader.GetString(0), reader.GetString(1)));
        }

        return [.. writes.Select(write => written.Contains((write.State, write.Grain)))];
    }

    private static NpgsqlParameter<string> Of(string value) => new() { TypedValue = value };

    private readonly record struct Key(string State, string Grain);

    private sealed record Write(string State, string Grain, string? Data, long ETag, long Epoch);
}
