using System.Collections.Concurrent;
using Npgsql;

namespace Nsn.Engine.PostgreSql;

/// <summary>A connection string's pool and schema, made once a process.</summary>
internal sealed class Database
{
    private static readonly ConcurrentDictionary<string, Database> s_all = new();
    private readonly Lock _gate = new();
    private Task? _ready;

    private Database(string connectionString)
    {
        ConnectionString = connectionString;
        Source = NpgsqlDataSource.Create(connectionString);
    }

    public string ConnectionString { get; }
    public NpgsqlDataSource Source { get; }

    public static Database Of(string connectionString) => s_all.GetOrAdd(connectionString, static text => new Database(text));

    /// <summary>Ends when the tables exist; a failed attempt is made again by the next caller.</summary>
    public Task ReadyAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_ready is null || _ready.IsFaulted || _ready.IsCanceled)
                _ready = Schema.EnsureAsync(Source, Schema.Steps, CancellationToken.None);
            return _ready.WaitAsync(cancellationToken);
        }
    }
}
