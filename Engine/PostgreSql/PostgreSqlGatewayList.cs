using Microsoft.Extensions.Options;
using Nsn.Engine.Runtime.Silos;
using Orleans.Configuration;

namespace Nsn.Engine.PostgreSql;

/// <summary>The living silos, for clients.</summary>
internal sealed class PostgreSqlGatewayList(IOptions<AdoNetClusteringClientOptions> options, IOptions<ClusterOptions> cluster) : IGatewayList
{
    public async ValueTask<IReadOnlyList<Gateway>> GetGatewaysAsync(CancellationToken cancellationToken)
    {
        try
        {
            var view = await PostgreSqlJudge.ReadViewAsync(Database.Of(options.Value.ConnectionString), cluster.Value.ClusterId, cancellationToken);
            return [.. view.Silos.Where(silo => silo.Status == SiloStatus.Active).Select(silo => new Gateway(silo.Address, silo.Address.Endpoint))];
        }
        catch (Npgsql.NpgsqlException exception)
        {
            throw new SiloUnavailableException("The cluster's database cannot be asked for silos.", exception);
        }
    }
}
