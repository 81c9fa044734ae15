using System.Globalization;
using System.Text.Json;
using Npgsql;
using Nsn.Engine.Runtime.Activations;
using Orleans.Storage;

namespace Nsn.Engine.PostgreSql;

/// <summary>
/// States as JSON rows. A write needs the ETag that was read and an activation epoch that no later owner has passed, in the row or in the directory; writes that come
/// together share a commit.
/// </summary>
internal sealed class PostgreSqlGrainStorage : IGrainStorage
{
    private static readonly JsonSerializerOptions s_json = new() { IncludeFields = true };

    private readonly Database _database;
    private readonly string _name;
    private readonly string _serviceId;
    private readonly string _clusterId;
    private readonly Batcher<Write, bool> _writes;

    public PostgreSqlGrainStorage(string name, string connectionString, string serviceId, string clusterId)
    {
        _database = Database.Of(connectionString);
        _name = name;
        _serviceId = serviceId;
        _clusterId = clusterId;
        _writes = new(WriteManyAsync, write => (write.State, write.Grain));
    }

    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        await _database.ReadyAsync(CancellationToken.None);
        await using var command = _database.Source.CreateCommand("select data::text, etag from nsn_engine.states where service_id = $1 and store = $2 and state = $3 and grain_id = $4");
        command.Parameters.AddAll([Of(_serviceId), Of(_name), Of(stateName), Of(grainId.ToString())]);
        await using var reader = await command.ExecuteReaderAsync();
        var found = await reader.ReadAsync();
        grainState.ETag = found ? reader.GetInt64(1).ToString(CultureInfo.InvariantCulture) : null!;
        grainState.RecordExists = found && !reader.IsDBNull(0);
        grainState.State = grainState.RecordExists ? JsonSerializer.Deserialize<T>(reader.GetString(0), s_json)! : default!;
    }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        await WriteAsync(stateName, grainId, grainState, JsonSerializer.Serialize(grainState.State, s_json));
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

    private sealed record Write(string State, string Grain, string? Data, long ETag, long Epoch);
}
