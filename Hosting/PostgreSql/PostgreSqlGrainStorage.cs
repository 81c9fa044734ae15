using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Npgsql;
using NpgsqlTypes;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace Nsn.Hosting.PostgreSql;

/// <summary>
/// Grain state in PostgreSQL: one row per grain and state name, JSON, with a version that is the ETag. A write that names an old version
/// is refused with <see cref="InconsistentStateException"/>, so of two activations that both believe they own a grain only one goes on.
/// </summary>
public sealed class PostgreSqlGrainStorage(NpgsqlDataSource database) : IGrainStorage
{
    internal const string Schema = """
        create table if not exists nsn_grain_state (
            grain text not null, name text not null, version bigint not null, value jsonb, changed timestamptz not null default now(),
            primary key (grain, name))
        """;

    private static readonly JsonSerializerOptions Json = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    /// <inheritdoc/>
    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        await using var command = database.CreateCommand("select version, value from nsn_grain_state where grain = $1 and name = $2");
        command.Parameters.Add(new() { Value = grainId.ToString() });
        command.Parameters.Add(new() { Value = stateName });
        await using var reader = await command.ExecuteReaderAsync();
        if (!await reader.ReadAsync())
        {
            Reset(grainState, etag: null);
            return;
        }

        var etag = reader.GetInt64(0).ToString(CultureInfo.InvariantCulture);
        if (await reader.IsDBNullAsync(1))
        {
            Reset(grainState, etag);
            return;
        }

        grainState.State = JsonSerializer.Deserialize<T>(reader.GetString(1), Json)!;
        grainState.ETag = etag;
        grainState.RecordExists = true;
    }

    /// <inheritdoc/>
    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        grainState.ETag = await WriteAsync(stateName, grainId, grainState.ETag, JsonSerializer.Serialize(grainState.State, Json));
        grainState.RecordExists = true;
    }

    /// <inheritdoc/>
    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var etag = await WriteAsync(stateName, grainId, grainState.ETag, json: null);
        Reset(grainState, etag);
    }

    private async Task<string> WriteAsync(string stateName, GrainId grainId, string? etag, string? json)
    {
        await using var command = database.CreateCommand(etag is null
            ? """
              insert into nsn_grain_state (grain, name, version, value) values ($1, $2, 1, $3) on conflict do nothing returning version
              """
            : """
              update nsn_grain_state set version = version + 1, value = $3, changed = now()
              where grain = $1 and name = $2 and version = $4 returning version
              """);
        command.Parameters.Add(new() { Value = grainId.ToString() });
        command.Parameters.Add(new() { Value = stateName });
        command.Parameters.Add(new() { Value = (object?)json ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Jsonb });
        if (etag is not null)
            command.Parameters.Add(new() { Value = long.Parse(etag, CultureInfo.InvariantCulture) });
        return await command.ExecuteScalarAsync() is long version
            ? version.ToString(CultureInfo.InvariantCulture)
            : throw new InconsistentStateException(
                $"State '{stateName}' of grain {grainId} was written by another activation.", "another version", etag ?? "no version");
    }

    private static void Reset<T>(IGrainState<T> grainState, string? etag)
    {
        grainState.State = Activator.CreateInstance<T>();
        grainState.ETag = etag;
        grainState.RecordExists = false;
    }
}
