using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Npgsql;
using Orleans;
using Orleans.Configuration;
using Orleans.Runtime;

namespace Nsn.Hosting.Clustering;

/// <summary>
/// The cluster's membership in PostgreSQL: a row per silo incarnation and one version per cluster that every change increments, as
/// the membership protocol asks.
/// </summary>
internal sealed class PostgreSqlMembershipTable(NpgsqlDataSource database, IOptions<ClusterOptions> options) : IMembershipTable
{
    internal const string Schema = """
        create table if not exists nsn_cluster (cluster text primary key, version int not null);
        create table if not exists nsn_silo (
            cluster text not null, silo text not null, status int not null, name text not null, host text not null, proxy_port int not null,
            started timestamptz not null, alive timestamptz not null, suspects jsonb not null, etag int not null,
            primary key (cluster, silo))
        """;

    private readonly string _cluster = options.Value.ClusterId;

    public async Task InitializeMembershipTable(bool tryInitTableVersion)
    {
        await using var command = database.CreateCommand("insert into nsn_cluster (cluster, version) values ($1, 0) on conflict do nothing");
        command.Parameters.Add(new() { Value = _cluster });
        await command.ExecuteNonQueryAsync();
    }

    public async Task DeleteMembershipTableEntries(string clusterId)
    {
        await using var batch = database.CreateBatch();
        foreach (var table in (string[])["nsn_silo", "nsn_cluster"])
        {
            var command = new NpgsqlBatchCommand($"delete from {table} where cluster = $1");
            command.Parameters.Add(new() { Value = clusterId });
            batch.BatchCommands.Add(command);
        }

        await batch.ExecuteNonQueryAsync();
    }

    public async Task CleanupDefunctSiloEntries(DateTimeOffset beforeDate)
    {
        await using var command = database.CreateCommand("delete from nsn_silo where cluster = $1 and status = $2 and alive < $3");
        command.Parameters.Add(new() { Value = _cluster });
        command.Parameters.Add(new() { Value = (int)SiloStatus.Dead });
        command.Parameters.Add(new() { Value = beforeDate.UtcDateTime });
        await command.ExecuteNonQueryAsync();
    }

    public async Task<MembershipTableData> ReadRow(SiloAddress key)
    {
        var all = await ReadAll();
        return new MembershipTableData([.. all.Members.Where(member => member.Item1.SiloAddress.Equals(key))], all.Version);
    }

    public async Task<MembershipTableData> ReadAll()
    {
        await using var connection = await database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead);
        await using var versionCommand = new NpgsqlCommand("select version from nsn_cluster where cluster = $1", connection, transaction);
        versionCommand.Parameters.Add(new() { Value = _cluster });
        var version = (int)(await versionCommand.ExecuteScalarAsync() ?? 0);

        await using var command = new NpgsqlCommand(
            "select silo, status, name, host, proxy_port, started, alive, suspects, etag from nsn_silo where cluster = $1", connection, transaction);
        command.Parameters.Add(new() { Value = _cluster });
        var members = new List<Tuple<MembershipEntry, string>>();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            var entry = new MembershipEntry
            {
                SiloAddress = SiloAddress.FromParsableString(reader.GetString(0)),
                Status = (SiloStatus)reader.GetInt32(1),
                SiloName = reader.GetString(2),
                HostName = reader.GetString(3),
                ProxyPort = reader.GetInt32(4),
                StartTime = reader.GetDateTime(5),
                IAmAliveTime = reader.GetDateTime(6),
                SuspectTimes = [.. Suspects(reader.GetString(7))],
            };
            members.Add(Tuple.Create(entry, reader.GetInt32(8).ToString(CultureInfo.InvariantCulture)));
        }

        return new MembershipTableData(members, new TableVersion(version, version.ToString(CultureInfo.InvariantCulture)));
    }

    public Task<bool> InsertRow(MembershipEntry entry, TableVersion tableVersion) => ChangeAsync(entry, tableVersion, """
        insert into nsn_silo (cluster, silo, status, name, host, proxy_port, started, alive, suspects, etag)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb, 0) on conflict do nothing
        """, etag: null);

    public Task<bool> UpdateRow(MembershipEntry entry, string etag, TableVersion tableVersion) => ChangeAsync(entry, tableVersion, """
        update nsn_silo set status = $3, name = $4, host = $5, proxy_port = $6, started = $7, alive = $8, suspects = $9::jsonb, etag = etag + 1
        where cluster = $1 and silo = $2 and etag = $10
        """, etag);

    public async Task UpdateIAmAlive(MembershipEntry entry)
    {
        await using var command = database.CreateCommand("update nsn_silo set alive = $3 where cluster = $1 and silo = $2");
        command.Parameters.Add(new() { Value = _cluster });
        command.Parameters.Add(new() { Value = entry.SiloAddress.ToParsableString() });
        command.Parameters.Add(new() { Value = Utc(entry.IAmAliveTime) });
        await command.ExecuteNonQueryAsync();
    }

    private async Task<bool> ChangeAsync(MembershipEntry entry, TableVersion version, string statement, string? etag)
    {
        await using var connection = await database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var lead = new NpgsqlCommand(
            "update nsn_cluster set version = $2 where cluster = $1 and version = $3", connection, transaction);
        lead.Parameters.Add(new() { Value = _cluster });
        lead.Parameters.Add(new() { Value = version.Version });
        lead.Parameters.Add(new() { Value = int.Parse(version.VersionEtag, CultureInfo.InvariantCulture) });
        if (await lead.ExecuteNonQueryAsync() != 1)
            return false;

        await using var command = new NpgsqlCommand(statement, connection, transaction);
        command.Parameters.Add(new() { Value = _cluster });
        command.Parameters.Add(new() { Value = entry.SiloAddress.ToParsableString() });
        command.Parameters.Add(new() { Value = (int)entry.Status });
        command.Parameters.Add(new() { Value = entry.SiloName });
        command.Parameters.Add(new() { Value = entry.HostName });
        command.Parameters.Add(new() { Value = entry.ProxyPort });
        command.Parameters.Add(new() { Value = Utc(entry.StartTime) });
        command.Parameters.Add(new() { Value = Utc(entry.IAmAliveTime) });
        command.Parameters.Add(new() { Value = Suspects(entry.SuspectTimes) });
        if (etag is not null)
            command.Parameters.Add(new() { Value = int.Parse(etag, CultureInfo.InvariantCulture) });
        if (await command.ExecuteNonQueryAsync() != 1)
            return false;

        await transaction.CommitAsync();
        return true;
    }

    private static DateTime Utc(DateTime time) => DateTime.SpecifyKind(time, DateTimeKind.Utc);

    private static string Suspects(IEnumerable<Tuple<SiloAddress, DateTime>>? suspects) => JsonSerializer.Serialize(
        (suspects ?? []).ToDictionary(suspect => suspect.Item1.ToParsableString(), suspect => Utc(suspect.Item2)));

    private static IEnumerable<Tuple<SiloAddress, DateTime>> Suspects(string json) =>
        JsonSerializer.Deserialize<Dictionary<string, DateTime>>(json)!
            .Select(suspect => Tuple.Create(SiloAddress.FromParsableString(suspect.Key), Utc(suspect.Value)));
}
