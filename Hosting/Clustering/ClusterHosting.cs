using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Nsn.Hosting.PostgreSql;
using Orleans;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Storage;

namespace Nsn.Hosting.Clustering;

/// <summary>
/// Joins a process to the cluster, as a silo or as a client, with everything in one PostgreSQL database. How silos find each other and who judges which of them
/// live is the grain engine's own: see <c>DatabaseMembership</c> in the folder of each engine.
/// </summary>
public static class ClusterHosting
{
    /// <summary>Name of the grain storage, the one that every grain of ours asks for.</summary>
    public const string StorageName = "nsn";

    private const string ClusterId = "nsn";

    /// <summary>Makes this process a silo.</summary>
    /// <param name="builder">The process.</param>
    /// <param name="endpoints">Where others reach it.</param>
    /// <param name="roles">What it does. Grains that do not say where they want to be are on silos with the role "core".</param>
    public static void AddClusterSilo(this IHostApplicationBuilder builder, SiloEndpoints endpoints, IEnumerable<string> roles)
    {
        builder.Services.AddDatabaseSchema(PostgreSqlGrainStorage.Schema);
        builder.UseOrleans(silo =>
        {
            silo.Configure<ClusterOptions>(options => options.ClusterId = options.ServiceId = ClusterId);
            silo.Configure<SiloOptions>(options => options.SiloName = endpoints.Name);
            silo.Configure<EndpointOptions>(options =>
            {
                options.AdvertisedIPAddress = endpoints.Address;
                options.SiloPort = endpoints.SiloPort;
                options.GatewayPort = endpoints.GatewayPort;
            });
            silo.Configure<SiloMessagingOptions>(options => options.ResponseTimeout = TimeSpan.FromSeconds(15));
            silo.UseDatabaseMembership();
            CorePlacement.Use(silo, roles);
            silo.Services.AddKeyedSingleton<IGrainStorage>(StorageName, (services, _) =>
                new PostgreSqlGrainStorage(services.GetRequiredService<NpgsqlDataSource>()));
        });
    }

    /// <summary>Makes this process a client that finds silos by itself and reconnects for as long as it takes.</summary>
    public static void AddClusterClient(this IHostApplicationBuilder builder)
    {
        builder.UseOrleansClient(client =>
        {
            client.Configure<ClusterOptions>(options => options.ClusterId = options.ServiceId = ClusterId);
            client.Configure<ClientMessagingOptions>(options => options.ResponseTimeout = TimeSpan.FromSeconds(15));
            client.UseDatabaseMembership();
            client.UseConnectionRetryFilter(async (_, cancellationToken) =>
            {
                await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
                return true;
            });
        });
    }
}
