using Microsoft.Extensions.DependencyInjection;
using Nsn.Hosting.PostgreSql;
using Orleans;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Messaging;

namespace Nsn.Hosting.Clustering;

/// <summary>Membership with Microsoft Orleans: silos probe and vote, and the table that they keep is in the database.</summary>
internal static class DatabaseMembership
{
    /// <summary>A dead process is to cost seconds: three missed probes of one second, and one vote is enough among few silos.</summary>
    public static void UseDatabaseMembership(this ISiloBuilder silo)
    {
        silo.Services.AddDatabaseSchema(PostgreSqlMembershipTable.Schema);
        silo.Configure<ClusterMembershipOptions>(options =>
        {
            options.ProbeTimeout = TimeSpan.FromSeconds(1);
            options.NumMissedProbesLimit = 3;
            options.NumVotesForDeathDeclaration = 1;
            options.TableRefreshTimeout = TimeSpan.FromSeconds(2);
            options.IAmAliveTablePublishTimeout = TimeSpan.FromSeconds(10);
            options.EnableIndirectProbes = false;
        });
        silo.Services.AddSingleton<IMembershipTable, PostgreSqlMembershipTable>();
    }

    /// <summary>Gateways are read from the silos' table.</summary>
    public static void UseDatabaseMembership(this IClientBuilder client)
    {
        client.Services.AddDatabaseSchema(PostgreSqlMembershipTable.Schema);
        client.Configure<GatewayOptions>(options => options.GatewayListRefreshPeriod = TimeSpan.FromSeconds(2));
        client.Services.AddSingleton<IGatewayListProvider, PostgreSqlGatewayList>();
    }
}
