using System.Collections.Immutable;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Nsn.Engine.Runtime.Cluster;
using Orleans.Configuration;

namespace Nsn.Engine.PostgreSql;

/// <summary>
/// PostgreSQL decides who is a member.
/// </summary>
/// <remarks>
/// A row per incarnation holds a lease of <see cref="Lease"/> by the database's clock, renewed every second on one connection that also holds a session-level
/// advisory lock. Two things declare an incarnation dead: its lease ran out, or its lock has been free for <see cref="Grace"/>, which happens at once when its process
/// is killed. A silo that loses its session therefore acts no longer than the grace after its last renewal, unless the server refuses connections: then nobody can
/// judge, and the lease stands. After a restart of the server, when all sessions are gone, only leases count until everybody has had the time to lock again.
/// </remarks>
internal sealed partial class PostgreSqlJudge : IClusterJudge, IAsyncDisposable
{
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(10);
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    private readonly Database _database;
    private readonly string _clusterId;
    private readonly ILogger _logger;
    private readonly string _sessionString;
    private readonly CancellationTokenSource _stopped = new();
    private NpgsqlConnection? _session;
    private Task? _listening;

    public PostgreSqlJudge(IOptions<AdoNetClusteringSiloOptions> options, IOptions<ClusterOptions> cluster, ILogger<PostgreSqlJudge> logger)
    {
        _database = Database.Of(options.Value.ConnectionString);
        _clusterId = cluster.Value.ClusterId;
        _logger = logger;
        _sessionString = new NpgsqlConnectionStringBuilder(options.Value.ConnectionString)
        {
            Pooling = false,
            Timeout = 1,
            CommandTimeout = 1,
            ApplicationName = "nsn engine lease",
        }.ConnectionString;
    }

    public event Action? Changed;

    public async ValueTask<LeaseRenewal> JoinAsync(SiloInfo self, CancellationToken cancellationToken)
    {
        await _database.ReadyAsync(cancellationToken);
        await OpenSessionAsync(self.Address, cancellationToken);
        await using (var command = Command("""
            insert into nsn_engine.silos (cluster_id, address, name, role, metadata, figures, status, lock_key, lease_until)
            values ($1, $2, $3, $4, $5::jsonb, $6::jsonb, $7, $8, clock_timestamp() + $9)
            """))
        {
            command.Parameters.AddAll([
                Of(_clusterId), Of(self.Address.ToParsableString()), Of(self.Name), new NpgsqlParameter<string?> { TypedValue = self.Role },
                Of(JsonSerializer.Serialize(self.Metadata)), Of(JsonSerializer.Serialize(self.Figures)), new NpgsqlParameter<int> { TypedValue = (int)self.Status },
                new NpgsqlParameter<long> { TypedValue = LockKey(self.Address) }, new NpgsqlParameter<TimeSpan> { TypedValue = Lease }]);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        await AnnounceAsync(cancellationToken);
        _listening ??= ListenAsync();
        return new LeaseRenewal(true, Lease, await ReadAsync(cancellationToken));
    }

    public async ValueTask<LeaseRenewal> RenewAsync(SiloInfo self, CancellationToken cancellationToken)
    {
        try
        {
            if (_session is not { FullState: System.Data.ConnectionState.Open })
                await OpenSessionAsync(self.Address, cancellationToken);
            var renewed = await ExtendAsync(self, cancellationToken);
            if (!renewed)
                return new LeaseRenewal(false, null, ClusterView.Empty);
            if (await DeclareDeadAsync(cancellationToken))
                await AnnounceAsync(cancellationToken);
            return new LeaseRenewal(true, Lease, await ReadAsync(cancellationToken));
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException or SocketException or OperationCanceledException)
        {
            await CloseSessionAsync();
            if (exception is NpgsqlException { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused } } or PostgresException { SqlState: "57P03" or "57P01" })
                throw;
            throw new LeaseShortenedException(Grace, exception);
        }
    }

    /// <summary>Extends the lease if it has not run out, and publishes status and figures.</summary>
    private async Task<bool> ExtendAsync(SiloInfo self, CancellationToken cancellationToken)
    {
        await using var command = Command("""
            with before as (select status from nsn_engine.silos where cluster_id = $1 and address = $2),
            extended as (
                update nsn_engine.silos set lease_until = clock_timestamp() + $5, session_lost_at = null, status = $3, figures = $4::jsonb
                where cluster_id = $1 and address = $2 and not dead and lease_until > clock_timestamp() returning status)
            select extended.status <> before.status from extended, before
            """);
        command.Parameters.AddAll([
            Of(_clusterId), Of(self.Address.ToParsableString()), new NpgsqlParameter<int> { TypedValue = (int)self.Status },
            Of(JsonSerializer.Serialize(self.Figures)), new NpgsqlParameter<TimeSpan> { TypedValue = Lease }]);
        var changed = await command.ExecuteScalarAsync(cancellationToken);
        if (changed is true)
            await AnnounceAsync(cancellationToken);
        return changed is bool;
    }

    /// <summary>Notes whose session is gone, and declares dead whose time is up; true when somebody was.</summary>
    private async Task<bool> DeclareDeadAsync(CancellationToken cancellationToken)
    {
        await using (var note = Command("""
            with held as (select ((classid::bigint << 32) | objid::bigint) as key from pg_locks where locktype = 'advisory' and objsubid = 1 and granted)
            update nsn_engine.silos set session_lost_at = case when lock_key in (select key from held) then null else clock_timestamp() end
            where cluster_id = $1 and not dead and (lock_key in (select key from held)) = (session_lost_at is not null)
            """))
        {
            note.Parameters.Add(Of(_clusterId));
            await note.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var declare = Command("""
            update nsn_engine.silos set dead = true
            where cluster_id = $1 and not dead and (lease_until < clock_timestamp()
                or (session_lost_at < clock_timestamp() - $2 and pg_postmaster_start_time() < clock_timestamp() - $3))
            """);
        declare.Parameters.AddAll([Of(_clusterId), new NpgsqlParameter<TimeSpan> { TypedValue = Grace }, new NpgsqlParameter<TimeSpan> { TypedValue = Lease }]);
        return await declare.ExecuteNonQueryAsync(cancellationToken) > 0;
    }

    public async ValueTask LeaveAsync(SiloAddress self, CancellationToken cancellationToken)
    {
        await using (var command = _database.Source.CreateCommand("update nsn_engine.silos set dead = true where cluster_id = $1 and address = $2"))
        {
            command.Parameters.AddAll([Of(_clusterId), Of(self.ToParsableString())]);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        await AnnounceAsync(cancellationToken);
        await CloseSessionAsync();
    }

    public ValueTask<ClusterView> ReadAsync(CancellationToken cancellationToken) => ReadViewAsync(_database, _clusterId, cancellationToken);

    public static async ValueTask<ClusterView> ReadViewAsync(Database database, string clusterId, CancellationToken cancellationToken)
    {
        await using var command = database.Source.CreateCommand("""
            select (select coalesce(max(version), 0) from nsn_engine.clusters where cluster_id = $1), address, name, role, metadata::text, figures::text, status
            from nsn_engine.silos where cluster_id = $1 and not dead order by address
            """);
        command.Parameters.Add(Of(clusterId));
        var silos = ImmutableArray.CreateBuilder<SiloInfo>();
        var version = 0L;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            version = reader.GetInt64(0);
            silos.Add(new SiloInfo(
                SiloAddress.Parse(reader.GetString(1)),
                reader.GetString(2),
                reader.IsDBNull(3) ? null : reader.GetString(3),
                JsonSerializer.Deserialize<ImmutableDictionary<string, string>>(reader.GetString(4))!,
                JsonSerializer.Deserialize<ImmutableDictionary<string, double>>(reader.GetString(5))!,
                (SiloStatus)reader.GetInt32(6)));
        }

        return new ClusterView(version, silos.ToImmutable());
    }

    private async Task AnnounceAsync(CancellationToken cancellationToken)
    {
        await using var command = _database.Source.CreateCommand("""
            with bumped as (
                insert into nsn_engine.clusters (cluster_id, version) values ($1, 1)
                on conflict (cluster_id) do update set version = nsn_engine.clusters.version + 1 returning version)
            select pg_notify('nsn_engine', $1) from bumped
            """);
        command.Parameters.Add(Of(_clusterId));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task OpenSessionAsync(SiloAddress self, CancellationToken cancellationToken)
    {
        await CloseSessionAsync();
        var session = new NpgsqlConnection(_sessionString);
        await session.OpenAsync(cancellationToken);
        _session = session;
        await using var command = Command("select pg_try_advisory_lock($1)");
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = LockKey(self) });
        // False only while the server has not noticed the end of the session before: the lease stands, and the next renewal tries again.
        if (await command.ExecuteScalarAsync(cancellationToken) is not true)
            LogLockHeld(_logger, self);
    }

    private async Task CloseSessionAsync()
    {
        if (_session is { } session)
        {
            _session = null;
            await session.DisposeAsync();
        }
    }

    /// <summary>Waits for other silos' announcements; polling with each renewal is the fallback.</summary>
    private async Task ListenAsync()
    {
        while (!_stopped.IsCancellationRequested)
        {
            try
            {
                await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(_database.ConnectionString) { Pooling = false, KeepAlive = 10 }.ConnectionString);
                await connection.OpenAsync(_stopped.Token);
                connection.Notification += (_, note) =>
                {
                    if (note.Payload == _clusterId)
                        Changed?.Invoke();
                };
                await using (var listen = new NpgsqlCommand("listen nsn_engine", connection))
                    await listen.ExecuteNonQueryAsync(_stopped.Token);
                while (true)
                    await connection.WaitAsync(_stopped.Token);
            }
            catch (Exception exception) when (exception is NpgsqlException or SocketException or OperationCanceledException or TimeoutException)
            {
                if (!_stopped.IsCancellationRequested)
                    await Task.Delay(TimeSpan.FromSeconds(1));
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync();
        await CloseSessionAsync();
    }

    private NpgsqlCommand Command(string text) => new(text, _session);
    private static NpgsqlParameter<string> Of(string value) => new() { TypedValue = value };
    private long LockKey(SiloAddress address) => BitConverter.ToInt64(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{_clusterId} {address.ToParsableString()}")), 0);

    [LoggerMessage(80, LogLevel.Warning, "The lock of {Silo} is still held by its session before")]
    private static partial void LogLockHeld(ILogger logger, SiloAddress silo);
}
