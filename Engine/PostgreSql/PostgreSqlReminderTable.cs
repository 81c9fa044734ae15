using Microsoft.Extensions.Options;
using Npgsql;
using Nsn.Engine.Runtime.Reminders;
using Orleans.Configuration;

namespace Nsn.Engine.PostgreSql;

/// <summary>Reminders as rows.</summary>
internal sealed class PostgreSqlReminderTable(IOptions<AdoNetReminderTableOptions> options, IOptions<ClusterOptions> cluster) : IReminderTable
{
    private const string Columns = "grain_id, name, start_at, period_ticks, etag";
    private readonly Database _database = Database.Of(options.Value.ConnectionString);
    private readonly string _serviceId = cluster.Value.ServiceId;

    public async Task<ReminderEntry> UpsertAsync(ReminderEntry entry, CancellationToken cancellationToken)
    {
        await _database.ReadyAsync(cancellationToken);
        var stored = entry with { ETag = Guid.NewGuid().ToString("N") };
        await using var command = _database.Source.CreateCommand("""
            insert into nsn_engine.reminders (service_id, grain_id, name, bucket, start_at, period_ticks, etag) values ($1, $2, $3, $4, $5, $6, $7)
            on conflict (service_id, grain_id, name) do update set start_at = excluded.start_at, period_ticks = excluded.period_ticks, etag = excluded.etag
            """);
        command.Parameters.AddAll([
            Of(_serviceId), Of(entry.Grain.ToString()), Of(entry.Name), new NpgsqlParameter<int> { TypedValue = entry.Bucket },
            new NpgsqlParameter<DateTime> { TypedValue = entry.StartAt }, new NpgsqlParameter<long> { TypedValue = entry.Period.Ticks }, Of(stored.ETag)]);
        await command.ExecuteNonQueryAsync(cancellationToken);
        return stored;
    }

    public async Task<bool> RemoveAsync(ReminderEntry entry, CancellationToken cancellationToken)
    {
        await using var command = _database.Source.CreateCommand("delete from nsn_engine.reminders where service_id = $1 and grain_id = $2 and name = $3 and etag = $4");
        command.Parameters.AddAll([Of(_serviceId), Of(entry.Grain.ToString()), Of(entry.Name), Of(entry.ETag)]);
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    public Task<IReadOnlyList<ReminderEntry>> ReadAsync(GrainId grain, CancellationToken cancellationToken) =>
        ReadAsync($"select {Columns} from nsn_engine.reminders where service_id = $1 and grain_id = $2", Of(grain.ToString()), cancellationToken);

    public Task<IReadOnlyList<ReminderEntry>> ReadBucketsAsync(IReadOnlyCollection<int> buckets, CancellationToken cancellationToken) =>
        ReadAsync($"select {Columns} from nsn_engine.reminders where service_id = $1 and bucket = any($2)", new NpgsqlParameter<int[]> { TypedValue = [.. buckets] }, cancellationToken);

    private async Task<IReadOnlyList<ReminderEntry>> ReadAsync(string text, NpgsqlParameter second, CancellationToken cancellationToken)
    {
        await _database.ReadyAsync(cancellationToken);
        await using var command = _database.Source.CreateCommand(text);
        command.Parameters.AddAll([Of(_serviceId), second]);
        var entries = new List<ReminderEntry>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            entries.Add(new ReminderEntry(GrainId.Parse(reader.GetString(0)), reader.GetString(1), reader.GetDateTime(2), new TimeSpan(reader.GetInt64(3)), reader.GetString(4)));
        return entries;
    }

    private static NpgsqlParameter<string> Of(string value) => new() { TypedValue = value };
}
