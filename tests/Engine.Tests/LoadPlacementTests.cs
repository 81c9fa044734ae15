using Microsoft.Extensions.DependencyInjection;
using Nsn.Engine.Runtime.Silos;
using Orleans.Runtime.Placement;
using Orleans.Statistics;
using Orleans.TestingHost;

namespace Nsn.Engine.Tests;

/// <summary>
/// Placement by load takes the better one of two silos that are drawn at random, the same one twice in half of all cases where there are two: the worse one gets a quarter of the grains.
/// </summary>
public sealed class LoadPlacementTests : IAsyncLifetime
{
    private const int Grains = 200;
    private const int QuarterAtMost = 80; // half of them, without regard to load, would be 100; a quarter is 50 with a deviation of 6

    private TestCluster _cluster = null!;

    public async ValueTask InitializeAsync()
    {
        var builder = new TestClusterBuilder(2);
        builder.AddSiloBuilderConfigurator<OneBusy>();
        _cluster = builder.Build();
        await _cluster.DeployAsync();
    }

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task By_activations_a_silo_with_many_gets_few_more()
    {
        var full = _cluster.Silos[1].SiloAddress;
        for (var i = 0; i < 2 * Grains; i++)
        {
            RequestContext.Set(IPlacementDirector.PlacementHintKey, full);
            await _cluster.GrainFactory.GetGrain<ICounterGrain>(i).Ping(i);
        }

        RequestContext.Clear();
        await UntilAllKnowAsync($"{full} has {2 * Grains} activations", figures => figures(full, SiloFigures.Activations) >= 2 * Grains);
        Assert.InRange(await CountAsync<ICountedGrain>(full), 1, QuarterAtMost);
    }

    [Fact]
    public async Task By_resources_a_silo_whose_processors_are_busy_gets_few()
    {
        var (busy, idle) = (await SiloWithAsync(OneBusy.BusyPercent), await SiloWithAsync(OneBusy.IdlePercent));
        await UntilAllKnowAsync("the processors of both are known", figures =>
            figures(busy, SiloFigures.ProcessorPercent) == OneBusy.BusyPercent && figures(idle, SiloFigures.ProcessorPercent) == OneBusy.IdlePercent);
        Assert.InRange(await CountAsync<IWeighedGrain>(busy), 1, QuarterAtMost);
    }

    [Fact]
    public async Task Management_tells_how_busy_processors_are_and_how_many_clients_a_silo_has()
    {
        var management = _cluster.GrainFactory.GetGrain<IManagementGrain>(0);
        SiloRuntimeStatistics[] all = [];
        await Until.WorksAsync("all silos have sampled their processors", async () =>
        {
            all = await management.GetRuntimeStatistics(null!);
            Assert.All(all, silo => Assert.NotNull(silo.CpuUsage));
        });
        Assert.Equal([OneBusy.IdlePercent, OneBusy.BusyPercent], all.Select(silo => (int)silo.CpuUsage!.Value).Order());
        Assert.Equal(1, all.Sum(silo => silo.ClientCount)); // the cluster's own, at one of them
    }

    private async Task<SiloAddress> SiloWithAsync(int percent)
    {
        SiloAddress? found = null;
        await Until.HoldsAsync($"a silo publishes {percent} %", () => (found = SilosThatKnow().First().View.Silos
            .FirstOrDefault(silo => silo.Figures.GetValueOrDefault(SiloFigures.ProcessorPercent) == percent)?.Address) is not null);
        return found!;
    }

    private async Task<int> CountAsync<TGrain>(SiloAddress where)
        where TGrain : IPlacedGrain
    {
        var count = 0;
        for (var i = 0; i < Grains; i++)
        {
            if (await _cluster.GrainFactory.GetGrain<TGrain>($"{i}").Silo() == where.ToString())
                count++;
        }

        return count;
    }

    /// <summary>Waits until what silos publish has come to every silo: any of them may place the next grain.</summary>
    private Task UntilAllKnowAsync(string what, Func<Func<SiloAddress, string, double>, bool> condition) => Until.HoldsAsync(what, () =>
        SilosThatKnow().All(silo => condition((address, figure) => silo.GetFigures(address).GetValueOrDefault(figure))));

    private IEnumerable<Silo> SilosThatKnow() => _cluster.Silos.Select(silo => _cluster.GetSiloServiceProvider(silo.SiloAddress).GetRequiredService<Silo>());

    /// <summary>Two silos that say of their machines that one is busy.</summary>
    private sealed class OneBusy : ISiloConfigurator
    {
        public const int BusyPercent = 95;
        public const int IdlePercent = 5;
        private static int s_silos;

        public void Configure(ISiloBuilder siloBuilder) =>
            siloBuilder.Services.AddSingleton<IEnvironmentStatisticsProvider>(new Processors((Interlocked.Increment(ref s_silos) & 1) == 0 ? BusyPercent : IdlePercent));
    }

    private sealed class Processors(int percent) : IEnvironmentStatisticsProvider
    {
        public EnvironmentStatistics GetEnvironmentStatistics() => new(percent, 50, 50, 100);
    }
}
