using Microsoft.Extensions.DependencyInjection;
using Nsn.Engine.Runtime.Silos;
using Orleans.Placement;
using Orleans.Runtime.MembershipService.SiloMetadata;
using Orleans.Runtime.Placement;
using Orleans.Runtime.Placement.Filtering;
using Orleans.TestingHost;

namespace Nsn.Engine.Tests;

public interface IPlacedGrain : IGrainWithStringKey
{
    Task<string> Silo();
}

public abstract class PlacedGrain(ILocalSiloDetails silo) : Grain
{
    public Task<string> Silo() => Task.FromResult(silo.SiloAddress.ToString());
}

public interface IAnchorGrain : IPlacedGrain
{
    Task<string> SiloOfZoned(string key);
    Task<string> SiloOfPreferring(string key);
}

public sealed class AnchorGrain(ILocalSiloDetails silo) : PlacedGrain(silo), IAnchorGrain
{
    public Task<string> SiloOfZoned(string key) => GrainFactory.GetGrain<IZonedGrain>(key).Silo();
    public Task<string> SiloOfPreferring(string key) => GrainFactory.GetGrain<IZonePreferringGrain>(key).Silo();
}

public interface IZonedGrain : IPlacedGrain;

[RequiredMatchSiloMetadataPlacementFilter(["zone"])]
public sealed class ZonedGrain(ILocalSiloDetails silo) : PlacedGrain(silo), IZonedGrain;

public interface IZonePreferringGrain : IPlacedGrain;

[PreferredMatchSiloMetadataPlacementFilter(["zone"], minCandidates: 1)]
public sealed class ZonePreferringGrain(ILocalSiloDetails silo) : PlacedGrain(silo), IZonePreferringGrain;

public interface IRoleGrain : IPlacedGrain;

[SiloRoleBasedPlacement]
public sealed class RoleGrain(ILocalSiloDetails silo) : PlacedGrain(silo), IRoleGrain;

public interface ICountedGrain : IPlacedGrain;

[ActivationCountBasedPlacement]
public sealed class CountedGrain(ILocalSiloDetails silo) : PlacedGrain(silo), ICountedGrain;

public interface IWeighedGrain : IPlacedGrain;

[ResourceOptimizedPlacement]
public sealed class WeighedGrain(ILocalSiloDetails silo) : PlacedGrain(silo), IWeighedGrain;

public interface IRoomyGrain : IPlacedGrain;

[MostFreePlacement]
public sealed class RoomyGrain(ILocalSiloDetails silo) : PlacedGrain(silo), IRoomyGrain;

/// <summary>A placement of a house's own: where most of a figure is free.</summary>
public sealed class MostFreePlacement : PlacementStrategy;

[AttributeUsage(AttributeTargets.Class)]
public sealed class MostFreePlacementAttribute() : PlacementAttribute(new MostFreePlacement());

public sealed class MostFreeDirector(ISiloFigureCache figures) : IPlacementDirector
{
    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context) =>
        Task.FromResult(context.GetCompatibleSilos(target).MaxBy(silo => figures.GetFigures(silo).GetValueOrDefault("free"))!);
}

public sealed class PlacementTests : IAsyncLifetime
{
    private TestCluster _cluster = null!;

    public async ValueTask InitializeAsync()
    {
        var builder = new TestClusterBuilder(3);
        builder.AddSiloBuilderConfigurator<Differing>();
        _cluster = builder.Build();
        await _cluster.DeployAsync();
    }

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Silo_metadata_narrow_where_a_grain_is_placed()
    {
        for (var i = 0; i < 12; i++)
        {
            var anchor = _cluster.GrainFactory.GetGrain<IAnchorGrain>($"anchor {i}");
            var own = await anchor.Silo();
            Assert.Equal(own, await anchor.SiloOfZoned($"zoned {i}")); // each silo is a zone of its own
            Assert.Equal(own, await anchor.SiloOfPreferring($"preferring {i}"));
        }
    }

    [Fact]
    public async Task A_grain_placed_by_role_is_where_the_role_is()
    {
        var found = new HashSet<string>();
        for (var i = 0; i < 3; i++)
            found.Add(await _cluster.GrainFactory.GetGrain<IRoleGrain>(Differing.RoleOf(i)).Silo());
        Assert.Equal(3, found.Count);
        await Assert.ThrowsAsync<OrleansException>(() => _cluster.GrainFactory.GetGrain<IRoleGrain>("no such role").Silo());
    }

    [Fact]
    public async Task A_placement_of_ones_own_reads_what_silos_publish()
    {
        var roomiest = await _cluster.GrainFactory.GetGrain<IRoleGrain>(Differing.RoleOf(2)).Silo();
        for (var i = 0; i < 6; i++)
            Assert.Equal(roomiest, await _cluster.GrainFactory.GetGrain<IRoomyGrain>($"roomy {i}").Silo());
    }

    /// <summary>Each silo has a zone and a role of its own, and more free than the one before.</summary>
    private sealed class Differing : ISiloConfigurator
    {
        private static int s_silos;

        public static string RoleOf(int index) => $"role {index}";

        public void Configure(ISiloBuilder siloBuilder)
        {
            var index = (Interlocked.Increment(ref s_silos) - 1) % 3;
            siloBuilder.UseSiloMetadata(new Dictionary<string, string> { ["zone"] = $"zone {index}" });
            siloBuilder.UseSiloRole(RoleOf(index));
            siloBuilder.Services.AddSingleton<ISiloFigureSource>(new Free(index));
            siloBuilder.AddPlacementDirector<MostFreePlacement, MostFreeDirector>();
        }
    }

    private sealed class Free(int index) : ISiloFigureSource
    {
        public IEnumerable<KeyValuePair<string, double>> GetFigures() => [new("free", index * 10)];
    }
}
