using Microsoft.Extensions.Options;
using Npgsql;
using Orleans;
using Orleans.Configuration;
using Orleans.Messaging;
using Orleans.Runtime;

namespace Nsn.Hosting.Clustering;

/// <summary>Tells clients which silos take them, from the same table that the silos keep.</summary>
internal sealed class PostgreSqlGatewayList(NpgsqlDataSource database, IOptions<ClusterOptions> options) : IGatewayListProvider
{
    public TimeSpan MaxStaleness => TimeSpan.FromSeconds(5);

    public bool IsUpdatable => true;

    public Task InitializeGatewayListProvider() => Task.CompletedTask;

    public async Task<IList<Uri>> GetGateways()
    {
        await using var command = database.CreateCommand("select silo, proxy_port from nsn_silo where cluster = $1 and status = $2 and proxy_port > 0");
        command.Parameters.Add(new() { Value = options.Value.ClusterId });
        command.Parameters.Add(new() { Value = (int)SiloStatus.Active });
        var gateways = new List<Uri>();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            var silo = SiloAddress.FromParsableString(reader.GetString(0));
            gateways.Add(SiloAddress.New(new(silo.Endpoint.Address, reader.GetInt32(1)), silo.Generation).ToGatewayUri());
        }

        return gateways;
    }
}
