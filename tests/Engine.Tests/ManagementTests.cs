using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.TestingHost;

namespace Nsn.Engine.Tests;

/// <summary>What two silos tell of themselves, asked by a client of the cluster and by one that has no grain classes.</summary>
public sealed class ManagementTests : IAsyncLifetime
{
    private const int Grains = 40;
    private readonly TestCluster _cluster = new TestClusterBuilder(2).Build();

    private IManagementGrain Management => _cluster.GrainFactory.GetGrain<IManagementGrain>(0);

    public async ValueTask InitializeAsync() => await _cluster.DeployAsync();
    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Hosts_are_described_with_their_names_and_times()
    {
        var before = DateTime.UtcNow;
        var hosts = await Management.GetDetailedHosts();
        Assert.Equal(["Primary", "Secondary_1"], hosts.Select(host => host.SiloName).Order());
        foreach (var host in hosts)
        {
            var silo = _cluster.GetSiloForAddress(host.SiloAddress);
            Assert.NotNull(silo);
            Assert.Equal((silo.Name, SiloStatus.Active, "127.0.0.1"), (host.SiloName, host.Status, host.HostName));
            Assert.Equal(DateTimeKind.Utc, host.StartTime.Kind);
            Assert.InRange(host.StartTime, before.AddHours(-1), DateTime.UtcNow);
            Assert.InRange(host.IAmAliveTime, host.StartTime, DateTime.UtcNow);
            Assert.Empty(host.SuspectTimes);
        }

        Assert.Equal(hosts.Select(host => host.SiloAddress).Order(), (await Management.GetHosts(onlyActive: true)).Keys.Order());
        await _cluster.StopSiloAsync(_cluster.SecondarySilos[0]);
        Assert.Equal("Primary", Assert.Single(await Management.GetDetailedHosts(onlyActive: true)).SiloName);
    }

    [Fact]
    public async Task Activations_of_both_silos_are_counted_found_and_collected()
    {
        var grains = Enumerable.Range(0, Grains).Select(i => _cluster.GrainFactory.GetGrain<ICounterGrain>(i)).ToList();
        await Task.WhenAll(grains.Select(grain => grain.Add(1)));
        var counts = (await Management.GetSimpleGrainStatistics()).Where(statistic => statistic.GrainType == typeof(CounterGrain).FullName).ToList();
        Assert.Equal(2, counts.Count);
        Assert.Equal(Grains, counts.Sum(count => count.ActivationCount));
        var one = counts[0].SiloAddress;
        Assert.Equal(counts[0].ActivationCount, (await Management.GetDetailedGrainStatistics([typeof(CounterGrain).FullName!], [one])).Length);
        Assert.Equal(Grains, (await Management.GetActiveGrains(grains[0].GetGrainId().Type)).Count);
        Assert.True(await Management.GetTotalActivationCount() >= Grains);
        Assert.Equal(2, (await Management.GetRuntimeStatistics([])).Length);
        var statistics = Assert.Single(await Management.GetRuntimeStatistics([one]));
        Assert.True(statistics.ActivationCount >= counts[0].ActivationCount);
        Assert.True(statistics.AvailableMemory > 0);
        Assert.Equal(await AddressesAsync(), await Task.WhenAll(grains.Select(grain => Management.GetActivationAddress(grain).AsTask())));

        await Until.WorksAsync("idle activations of one silo are collected, those of the other stay", async () =>
        {
            await Management.ForceActivationCollection([one], TimeSpan.Zero);
            var left = await Management.GetDetailedGrainStatistics([typeof(CounterGrain).FullName!]);
            Assert.Equal(counts[1].ActivationCount, left.Length);
            Assert.DoesNotContain(left, grain => grain.SiloAddress.Equals(one));
        });

        async Task<SiloAddress[]> AddressesAsync()
        {
            var detailed = (await Management.GetDetailedGrainStatistics()).ToDictionary(grain => grain.GrainId, grain => grain.SiloAddress);
            return [.. grains.Select(grain => detailed[grain.GetGrainId()])];
        }
    }

    /// <summary>Such a client names a grain by its interface, and silos know what class that is.</summary>
    [Fact]
    public async Task Grains_are_found_by_the_references_of_a_client_without_their_classes()
    {
        await _cluster.GrainFactory.GetGrain<ICounterGrain>(1).Add(1);
        var id = GrainId.Create(Runtime.Grains.UnresolvedType.Of(typeof(ICounterGrain), null), _cluster.GrainFactory.GetGrain<ICounterGrain>(1).GetGrainId().Key.ToString());
        var reference = _cluster.GrainFactory.GetGrain<ICounterGrain>(id);
        Assert.Equal(2, await reference.Add(1));

        Assert.Equal(1, await Management.GetGrainActivationCount((GrainReference)(object)reference));
        var address = await Management.GetActivationAddress(reference);
        Assert.NotNull(address);
        Assert.NotNull(_cluster.GetSiloForAddress(address));
        Assert.Single(await Management.GetActiveGrains(id.Type));
    }
}

public sealed class TestClusterTests
{
    [Fact]
    public async Task A_restarted_silo_keeps_its_name_and_is_another_incarnation()
    {
        await using var cluster = new TestClusterBuilder(3).Build();
        await cluster.DeployAsync();
        var old = cluster.SecondarySilos[0];
        var restarted = await cluster.RestartSiloAsync(old);
        Assert.Equal((old.Name, old.InstanceNumber), (restarted.Name, restarted.InstanceNumber));
        Assert.NotEqual(old.SiloAddress, restarted.SiloAddress);
        Assert.False(old.IsActive);
        Assert.Equal(3, cluster.Silos.Count);

        var primary = await cluster.RestartSiloAsync(cluster.Primary);
        Assert.Same(primary, cluster.Primary);
        Assert.Equal(2, cluster.SecondarySilos.Count);
        await Until.WorksAsync("grains answer", async () => Assert.Equal(2, await cluster.GrainFactory.GetGrain<ICounterGrain>(1).Ping(1)));

        await cluster.KillSiloAsync(restarted, TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<ArgumentException>(() => cluster.RestartStoppedSecondarySiloAsync("nobody"));
        var again = await cluster.RestartStoppedSecondarySiloAsync(restarted.Name);
        Assert.Equal(restarted.Name, again.Name);
        await Assert.ThrowsAsync<InvalidOperationException>(() => cluster.RestartStoppedSecondarySiloAsync(restarted.Name));
        Assert.Throws<ArgumentException>(() => cluster.GetSiloServiceProvider(restarted.SiloAddress));
        await cluster.StopSecondarySilosAsync();
        Assert.Same(primary, Assert.Single(cluster.Silos));
        await Until.WorksAsync("grains answer on the only silo", async () => Assert.Equal(2, await cluster.GrainFactory.GetGrain<ICounterGrain>(1).Ping(1)));
        await cluster.StopPrimarySiloAsync();
        Assert.Empty(cluster.Silos);
        Assert.Null(cluster.Primary);
    }

    [Fact]
    public async Task Activations_are_found_and_ended()
    {
        await using var cluster = new TestClusterBuilder(2).Build();
        await cluster.DeployAsync();
        var grain = cluster.GrainFactory.GetGrain<ICounterGrain>(1);
        Assert.False(cluster.TryGetGrainContext(grain.GetGrainId(), out _));
        await cluster.WaitForDeactivationAsync(grain); // is not active
        Assert.Equal(1, await grain.Add(1));
        Assert.True(cluster.TryGetGrainContext(grain.GetGrainId(), out var context));
        Assert.IsType<CounterGrain>(context.GrainInstance);
        var over = cluster.WaitForDeactivationAsync(grain);
        Assert.False(over.IsCompleted);
        await cluster.DeactivateAsync(grain);
        await over;
        Assert.Equal(1, await grain.Add(1)); // a new activation
    }

    [Fact]
    public async Task Silos_and_the_client_see_the_configuration_of_the_cluster()
    {
        var builder = new TestClusterBuilder(1) { Properties = { ["property"] = "one" } };
        builder.ConfigureBuilder(() => builder.Properties["late"] = "two");
        builder.ConfigureHostConfiguration(configuration => configuration.AddInMemoryCollection([new("host", "three")]));
        builder.AddSiloBuilderConfigurator<Configured>();
        builder.AddClientBuilderConfigurator<Configured>();
        await using var cluster = builder.Build();
        await cluster.DeployAsync();
        string[] expected = ["one", "two", "three"];
        Assert.Equal(expected, cluster.GetSiloServiceProvider().GetRequiredService<Seen>().Values);
        Assert.Equal(expected, cluster.ServiceProvider.GetRequiredService<Seen>().Values);
    }

    private sealed record Seen(string?[] Values);

    private sealed class Configured : IHostConfigurator, ISiloConfigurator, IClientBuilderConfigurator
    {
        private IConfiguration? _configuration;

        public void Configure(IHostBuilder hostBuilder) => hostBuilder.ConfigureServices((context, _) => _configuration = context.Configuration);
        public void Configure(ISiloBuilder siloBuilder) => siloBuilder.Services.AddSingleton(_ => See(_configuration!));
        public void Configure(IConfiguration configuration, IClientBuilder clientBuilder) => clientBuilder.Services.AddSingleton(See(configuration));
        private static Seen See(IConfiguration configuration) => new([configuration["property"], configuration["late"], configuration["host"]]);
    }
}
