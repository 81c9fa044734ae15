using Microsoft.Extensions.DependencyInjection;
using Nsn.Hosting.Clustering;
using Orleans;
using Orleans.Hosting;
using Orleans.Placement;
using Orleans.Runtime;
using Orleans.TestingHost;

namespace Nsn.Silo.Tests;

public interface IHousedGrain : IGrainWithStringKey
{
    /// <summary>The role of the silo on which the grain is.</summary>
    Task<string> RoleAsync();
}

/// <summary>A grain that does not say where it wants to be, as those of the core.</summary>
internal sealed class HousedGrain(CorePlacementTests.Role role) : Grain, IHousedGrain
{
    public Task<string> RoleAsync() => Task.FromResult(role.Name);
}

public interface IDeviceSideGrain : IHousedGrain
{
    /// <summary>Wakes a grain of the core from here.</summary>
    Task<string> RoleOfAsync(string key);
}

/// <summary>A grain that says it: anywhere.</summary>
[RandomPlacement]
internal sealed class DeviceSideGrain(CorePlacementTests.Role role) : Grain, IDeviceSideGrain
{
    public Task<string> RoleAsync() => Task.FromResult(role.Name);

    public Task<string> RoleOfAsync(string key) => GrainFactory.GetGrain<IHousedGrain>(key).RoleAsync();
}

/// <summary>Grains of the core are on core silos, whoever calls them: a silo that runs models has neither the keys nor the time for them.</summary>
public sealed class CorePlacementTests
{
    internal sealed record Role(string Name);

    private static string[] s_roles = [];
    private static int s_silos;

    [Fact]
    public async Task Grains_that_do_not_say_where_they_want_to_be_are_on_core_silos()
    {
        await using var cluster = await DeployAsync("core", "gpu", "core");
        var grains = cluster.GrainFactory;
        for (var number = 0; number < 24; number++)
            Assert.Equal("core", await grains.GetGrain<IHousedGrain>($"called by a client, {number}").RoleAsync());

        var fromDevices = 0;
        for (var number = 0; number < 48; number++)
        {
            var caller = grains.GetGrain<IDeviceSideGrain>($"caller {number}");
            fromDevices += await caller.RoleAsync() == "gpu" ? 1 : 0;
            Assert.Equal("core", await caller.RoleOfAsync($"called by a grain, {number}"));
        }

        Assert.NotEqual(0, fromDevices); // those that say it are elsewhere, too
        await cluster.StopAllSilosAsync();
    }

    [Fact]
    public async Task Where_no_core_silo_is_up_the_call_fails_and_says_so()
    {
        await using var cluster = await DeployAsync("gpu");
        var failure = await Assert.ThrowsAnyAsync<Exception>(cluster.GrainFactory.GetGrain<IHousedGrain>("homeless").RoleAsync);
        Assert.Contains("No silo with the role \"core\" is up", failure.ToString(), StringComparison.Ordinal);
        await cluster.StopAllSilosAsync();
    }

    private static async Task<TestCluster> DeployAsync(params string[] roles)
    {
        (s_roles, s_silos) = (roles, 0);
        var builder = new TestClusterBuilder((short)roles.Length);
        builder.AddSiloBuilderConfigurator<Setup>();
        var cluster = builder.Build();
        await cluster.DeployAsync();
        return cluster;
    }

    private sealed class Setup : ISiloConfigurator
    {
        public void Configure(ISiloBuilder siloBuilder)
        {
            var role = s_roles[Interlocked.Increment(ref s_silos) - 1];
            siloBuilder.Services.AddSingleton(new Role(role));
            CorePlacement.Use(siloBuilder, [role]);
        }
    }
}
