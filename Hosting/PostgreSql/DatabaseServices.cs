using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;

namespace Nsn.Hosting.PostgreSql;

/// <summary>Wires the database.</summary>
public static class DatabaseServices
{
    /// <summary>Adds one <see cref="NpgsqlDataSource"/> for the process and the wait for it. To be called before the cluster is wired.</summary>
    /// <exception cref="ArgumentException">There is no connection string.</exception>
    public static IServiceCollection AddDatabase(this IServiceCollection services, string? connectionString)
    {
        if (string.IsNullOrWhiteSpace(connectionString))
        {
            throw new ArgumentException(
                "No database is configured: set ConnectionStrings__nsn to a PostgreSQL connection string (AppHost does this by itself).",
                nameof(connectionString));
        }

        var settings = new NpgsqlConnectionStringBuilder(connectionString) { Timeout = 5, KeepAlive = 10, MaxPoolSize = 32 };
        services.AddSingleton(_ => NpgsqlDataSource.Create(settings));
        services.TryAddSingleton(TimeProvider.System);
        services.AddHostedService<DatabaseSetup>();
        return services;
    }

    /// <summary>Adds tables that this process needs.</summary>
    public static IServiceCollection AddDatabaseSchema(this IServiceCollection services, string statements) =>
        services.AddSingleton(new DatabaseSchema(statements));
}
