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
/// is killed. A silo therefore acts no longer than the grace after the beginning of its last renewal: a renewal that takes longer makes it wait, not die. Where the
/// server refuses connections nobody can judge, and the lease stands. After a restart of the server, when all sessions are gone, only leases count until everybody has
/// had the time to lock again.
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

    /// <summary>Who has it uses the session. A connection that is closed while another request reads from it may wait for bytes that the other one has taken, and forever.</summary>
    private readonly SemaphoreSlim _turn = new(1, 1);
    private Session? _session;
    private volatile SiloAddress? _incarnation;
    private Task? _listening;

    public PostgreSqlJudge(IOptions<AdoNetClusteringSiloOptions> options, IOptions<ClusterOptions> cluster, ILogger<PostgreSqlJudge> logger)
    {
        _database = Database.Of(options.Value.ConnectionString);
        _clusterId = cluster.Value.ClusterId;
        _logger = logger;
        _sessionString = new NpgsqlConnectionStringBuilder(options.Value.ConnectionString)
        {
            Pooling = false,
            Timeout = (int)Lease.TotalSeconds,
            CommandTimeout = (int)Lease.TotalSeconds,
            ApplicationName = "nsn engine lease",
        }.ConnectionString;
    }

    public event Action? Changed;

    public async ValueTask<LeaseRenewal> JoinAsync(SiloInfo self, CancellationToken cancellationToken)
    {
        await _database.ReadyAsync(cancellationToken);
        _incarnation = self.Address;
        await _turn.WaitAsync(cancellationToken);
        try
        {
            await JoinInTurnAsync(self, cancellationToken);
        }
        finally
        {
            _turn.Release();
        }

        _listening ??= ListenAsync();
        return new LeaseRenewal(true, Lease, ClusterView.Empty, Grace);
    }

    private async Task JoinInTurnAsync(SiloInfo self, CancellationToken cancellationToken)
    {
        var session = await OpenSessionAsync(self.Address, cancellationToken);
        await using (var command = new NpgsqlCommand(JudgeStatements.Join, session.Connection))
        {
            command.Parameters.AddAll([
                Of(_clusterId), Of(self.Address.ToParsableString()), Of(self.Name), new NpgsqlParameter<string?> { TypedValue = self.Role },
                Of(JsonSerializer.Serialize(self.Metadata)), Of(JsonSerializer.Serialize(self.Figures)), new NpgsqlParameter<int> { TypedValue = (int)self.Status },
                new NpgsqlParameter<long> { TypedValue = LockKey(self.Address) }, new NpgsqlParameter<TimeSpan> { TypedValue = Lease }]);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    public async ValueTask<LeaseRenewal> RenewAsync(SiloInfo self, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            return await RenewInTurnAsync(self, cancellationToken);
        }
        catch (NpgsqlException exception) when (HasBroken(exception) && !cancellationToken.IsCancellationRequested)
        {
            // A connection that ends says nothing about the server: a new one does, and there is no time to lose until the grace is over.
            return await RenewInTurnAsync(self, cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Not granted to an incarnation that has left, or that another one has come after.</summary>
    private Task<LeaseRenewal> RenewInTurnAsync(SiloInfo self, CancellationToken cancellationToken) =>
        self.Address.Equals(_incarnation) ? RenewOnceAsync(self, cancellationToken) : Task.FromResult(new LeaseRenewal(false, null, ClusterView.Empty));

    private async Task<LeaseRenewal> RenewOnceAsync(SiloInfo self, CancellationToken cancellationToken)
    {
        var session = _session;
        try
        {
            if (session is not { Connection.FullState: System.Data.ConnectionState.Open } || !session.Owner.Equals(self.Address))
                session = await OpenSessionAsync(self.Address, cancellationToken);
            if (!session.HasLock)
                await LockAsync(session, cancellationToken);
            return await RenewAsync(self, session, cancellationToken);
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException or SocketException or OperationCanceledException)
        {
            if (session is not null)
                await session.Connection.DisposeAsync();
            if (exception is NpgsqlException { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused } } or PostgresException { SqlState: PostgresErrorCodes.CannotConnectNow })
                throw new JudgeDownException(exception);
            throw;
        }
    }

    /// <summary>Whether an established connection has ended, as opposed to an answer that is late.</summary>
    private static bool HasBroken(NpgsqlException exception) =>
        exception is PostgresException { SqlState: PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown } or { InnerException: IOException or SocketException };

    /// <summary>
    /// In one round trip: extends the lease if it has not run out, notes whose session is gone, declares dead whose time is up, and reads who is left. Not granted when
    /// the incarnation is dead itself.
    /// </summary>
    private async Task<LeaseRenewal> RenewAsync(SiloInfo self, Session session, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(session.Connection)
        {
            EnableErrorBarriers = true, // each statement commits by itself: no locks are held from one to the next
            BatchCommands =
            {
                Part(JudgeStatements.Extend, Of(_clusterId), Of(self.Address.ToParsableString()), new NpgsqlParameter<int> { TypedValue = (int)self.Status },
                    Of(JsonSerializer.Serialize(self.Figures)), new NpgsqlParameter<TimeSpan> { TypedValue = Lease }),
                Part(JudgeStatements.NoteLostSessions, Of(_clusterId)),
                Part(JudgeStatements.DeclareDead, Of(_clusterId), new NpgsqlParameter<TimeSpan> { TypedValue = Grace }, new NpgsqlParameter<TimeSpan> { TypedValue = Lease }),
                Part(JudgeStatements.ReadView, Of(_clusterId)),
            },
        };
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
            return new LeaseRenewal(false, null, ClusterView.Empty);
        await reader.NextResultAsync(cancellationToken); // the declaration
        await reader.ReadAsync(cancellationToken);
        TimeSpan? lookAgain = await reader.IsDBNullAsync(2, cancellationToken) ? null : reader.GetTimeSpan(2);
        await reader.NextResultAsync(cancellationToken);
        return new LeaseRenewal(true, Lease, await ReadViewAsync(reader, cancellationToken), Grace, lookAgain);
    }

    public async ValueTask LeaveAsync(SiloAddress self, CancellationToken cancellationToken)
    {
        _incarnation = null; // no renewal begins any more
        await using (var command = _database.Source.CreateCommand(JudgeStatements.Leave))
        {
            command.Parameters.AddAll([Of(_clusterId), Of(self.ToParsableString())]);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        await CloseSessionInTurnAsync();
    }

    public ValueTask<ClusterView> ReadAsync(CancellationToken cancellationToken) => ReadViewAsync(_database, _clusterId, cancellationToken);

    public static async ValueTask<ClusterView> ReadViewAsync(Database database, string clusterId, CancellationToken cancellationToken)
    {
        await database.ReadyAsync(cancellationToken);
        await using var command = database.Source.CreateCommand(JudgeStatements.ReadView);
        command.Parameters.Add(Of(clusterId));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await ReadViewAsync(reader, cancellationToken);
    }

    private static async Task<ClusterView> ReadViewAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        var silos = ImmutableArray.CreateBuilder<SiloInfo>();
        var version = 0L;
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

    private async Task<Session> OpenSessionAsync(SiloAddress self, CancellationToken cancellationToken)
    {
        await CloseSessionAsync();
        var connection = new NpgsqlConnection(_sessionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            var session = new Session(self, connection);
            await LockAsync(session, cancellationToken);
            return _session = session;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Fails only while the server has not noticed the end of the session before: the lease stands, and the next renewal tries again.</summary>
    private async Task LockAsync(Session session, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select pg_try_advisory_lock($1)", session.Connection);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = LockKey(session.Owner) });
        session.HasLock = await command.ExecuteScalarAsync(cancellationToken) is true;
        if (!session.HasLock)
            LogLockHeld(_logger, session.Owner);
    }

    private async Task CloseSessionAsync()
    {
        if (Interlocked.Exchange(ref _session, null) is { } session)
            await session.Connection.DisposeAsync();
    }

    private async Task CloseSessionInTurnAsync()
    {
        await _turn.WaitAsync(CancellationToken.None); // for a renewal that is under way, which ends within its time-out
        try
        {
            await CloseSessionAsync();
        }
        finally
        {
            _turn.Release();
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
        _incarnation = null;
        await _stopped.CancelAsync();
        await CloseSessionInTurnAsync();
    }

    private static NpgsqlBatchCommand Part(string text, params NpgsqlParameter[] parameters)
    {
        var part = new NpgsqlBatchCommand(text);
        part.Parameters.AddAll(parameters);
        return part;
    }

    private static NpgsqlParameter<string> Of(string value) => new() { TypedValue = value };
    private long LockKey(SiloAddress address) => BitConverter.ToInt64(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{_clusterId} {address.ToParsableString()}")), 0);

    [LoggerMessage(80, LogLevel.Warning, "The lock of {Silo} is still held by its session before")]
    private static partial void LogLockHeld(ILogger logger, SiloAddress silo);

    /// <summary>The connection that holds an incarnation's lock.</summary>
    private sealed record Session(SiloAddress Owner, NpgsqlConnection Connection)
    {
        public bool HasLock { get; set; }
    }
}
