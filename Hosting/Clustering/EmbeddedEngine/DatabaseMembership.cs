using Microsoft.Extensions.Configuration;
using Orleans.Hosting;

namespace Nsn.Hosting.Clustering;

/// <summary>Membership with the embedded engine: the database is the judge. It gives each silo a lease and each grain one owner, in tables that the engine creates.</summary>
internal static class DatabaseMembership
{
    /// <summary>Membership and the directory of grains.</summary>
    public static void UseDatabaseMembership(this ISiloBuilder silo) =>
        silo.UseAdoNetClustering(options => options.ConnectionString = silo.Configuration.GetConnectionString("nsn")!);

    /// <summary>Gateways are the silos that hold a lease.</summary>
    public static void UseDatabaseMembership(this IClientBuilder client) =>
        client.UseAdoNetClustering(options => options.ConnectionString = client.Configuration.GetConnectionString("nsn")!);
}
