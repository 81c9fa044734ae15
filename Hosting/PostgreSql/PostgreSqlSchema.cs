using Npgsql;

namespace Nsn.Hosting.PostgreSql;

/// <summary>Creates tables once, however many processes start together.</summary>
public static class PostgreSqlSchema
{
    // Any number will do as long as everyone takes the same: "nsn" in ASCII.
    private const long LockKey = 0x6e736e;

    /// <summary>Runs statements that create what is not there, under one advisory lock of the database.</summary>
    public static async Task EnsureAsync(NpgsqlDataSource database, string statements, CancellationToken cancellationToken = default)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var command = new NpgsqlCommand($"select pg_advisory_xact_lock({LockKey}); {statements}", connection, transaction);
        await command.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }
}
