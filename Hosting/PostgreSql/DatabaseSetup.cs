using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Nsn.Hosting.PostgreSql;

/// <summary>Waits for the database and creates the tables that are not there, before anything else of the process starts.</summary>
internal sealed partial class DatabaseSetup(
    NpgsqlDataSource database, IEnumerable<DatabaseSchema> schemas, TimeProvider time, ILogger<DatabaseSetup> logger) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var statements = string.Join(";\n", schemas.Select(schema => schema.Statements));
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await PostgreSqlSchema.EnsureAsync(database, statements, cancellationToken);
                return;
            }
            catch (NpgsqlException failure) when (failure is not PostgresException { SqlState: not "57P03" })
            {
                LogWaiting(failure.Message, attempt);
                await Task.Delay(TimeSpan.FromMilliseconds(Math.Min(200 * attempt, 2000)), time, cancellationToken);
            }
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(1, LogLevel.Warning, "PostgreSQL does not answer yet ({Reason}); attempt {Attempt}. Check ConnectionStrings__nsn if this goes on.")]
    private partial void LogWaiting(string reason, int attempt);
}
