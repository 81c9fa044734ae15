using Microsoft.Extensions.DependencyInjection;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.Runtime.MembershipService.SiloMetadata;
using Orleans.Runtime.Placement;

namespace Nsn.Hosting.Clustering;

/// <summary>
/// On a silo with the role "core": the placement of every grain class that names none. A silo that only runs models stands with its device, far from the database and
/// without the directors' keys, and gets the grains alone that ask to be on it.
/// </summary>
internal sealed class CorePlacement : PlacementStrategy
{
    private const string Core = "core";

    /// <summary>Makes it the placement of this silo's grains, and tells the other silos what this one's roles are.</summary>
    /// <param name="silo">The silo.</param>
    /// <param name="roles">What this silo does.</param>
    public static void Use(ISiloBuilder silo, IEnumerable<string> roles)
    {
        silo.UseSiloMetadata(roles.Distinct().ToDictionary(role => role, _ => "1"));
        silo.Services.AddSingleton<PlacementStrategy, CorePlacement>();
        silo.Services.AddPlacementDirector<CorePlacement, Director>();
    }

    /// <summary>Any core silo; the hint in the request context first.</summary>
    internal sealed class Director(ISiloMetadataCache silos) : IPlacementDirector
    {
        public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
        {
            var core = context.GetCompatibleSilos(target).Where(silo => silos.GetSiloMetadata(silo).Metadata.ContainsKey(Core)).ToArray();
            return core.Length == 0
                ? throw new SiloUnavailableException($"No silo with the role \"{Core}\" is up, and {target.GrainIdentity} lives on no other.")
                : Task.FromResult(IPlacementDirector.GetPlacementHint(target.RequestContextData, core) ?? core[Random.Shared.Next(core.Length)]);
        }
    }
}
