using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Nsn.Engine.Runtime.Cluster;
using Nsn.Engine.Runtime.Grains;
using Nsn.Engine.Runtime.Placement;
using Nsn.Engine.Runtime.Reminders;
using Nsn.Engine.Runtime.Scheduling;
using Nsn.Engine.Runtime.Silos;
using Nsn.Engine.Runtime.State;
using Nsn.Engine.Runtime.Telemetry;
using Nsn.Engine.Runtime.Timers;
using Nsn.Engine.Runtime.Transport;
using Orleans.Placement;
using Orleans.Runtime.MembershipService.SiloMetadata;
using Orleans.Runtime.Placement;
using Orleans.Runtime.Placement.Filtering;
using Orleans.Timers;

namespace Nsn.Engine.Runtime.Hosting;

/// <summary>The services of a silo.</summary>
internal static class SiloServices
{
    public static void Add(IServiceCollection services)
    {
        if (services.Any(service => service.ServiceType == typeof(Silo)))
            return;
        services.AddLogging();
        services.AddOptions();
        OptionsChecks.Add(services);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<ITurnScheduler, ThreadPoolTurnScheduler>();
        services.TryAddSingleton(Random.Shared);
        services.TryAddSingleton<InMemoryCluster>();
        services.TryAddSingleton<IClusterJudge>(provider => provider.GetRequiredService<InMemoryCluster>());
        services.TryAddSingleton<IGrainDirectory>(provider => provider.GetRequiredService<InMemoryCluster>());
        services.TryAddSingleton<MemoryStore>();
        services.TryAddSingleton<ITransport, TcpTransport>();
        services.AddSingleton<GrainClassMap>();
        services.AddSingleton<SiloLifecycle>();
        services.AddSingleton<ISiloLifecycle>(provider => provider.GetRequiredService<SiloLifecycle>());
        services.AddSingleton<Silo>();
        services.AddSingleton<Node>(provider => provider.GetRequiredService<Silo>());
        services.AddSingleton<ILocalSiloDetails>(provider => provider.GetRequiredService<Silo>());
        services.AddSingleton<ISiloFigureCache>(provider => provider.GetRequiredService<Silo>());
        services.AddTransient<IClusterMembershipService>(provider => provider.GetRequiredService<Silo>().Membership);
        services.AddTransient<ISiloMetadataCache>(provider => provider.GetRequiredService<Silo>().Membership);
        services.AddSingleton<GrainFactory>();
        services.AddSingleton<IGrainFactory>(provider => provider.GetRequiredService<GrainFactory>());
        services.AddSingleton<IClusterClient>(provider => provider.GetRequiredService<GrainFactory>());
        services.AddSingleton<ITimerRegistry, TimerRegistry>();
        services.AddSingleton<IGrainRuntime, GrainRuntime>();
        services.AddSingleton<IGrainContextAccessor, GrainContextAccessor>();
        AddPlacement(services);
        services.AddHealthChecks().AddCheck<SiloHealthCheck>(EngineTelemetry.HealthCheckName, tags: ["ready"]);
        services.AddHostedService<SiloHostedService>();
    }

    private static void AddPlacement(IServiceCollection services)
    {
        services.AddKeyedSingleton<IPlacementDirector, RandomPlacementDirector>(typeof(RandomPlacement));
        services.AddKeyedSingleton<IPlacementDirector, PreferLocalPlacementDirector>(typeof(PreferLocalPlacement));
        services.AddKeyedSingleton<IPlacementDirector, HashBasedPlacementDirector>(typeof(HashBasedPlacement));
        services.AddKeyedSingleton<IPlacementDirector, ActivationCountPlacementDirector>(typeof(ActivationCountBasedPlacement));
        services.AddKeyedSingleton<IPlacementDirector, ResourceOptimizedPlacementDirector>(typeof(ResourceOptimizedPlacement));
        services.AddKeyedSingleton<IPlacementDirector, SiloRoleBasedPlacementDirector>(typeof(SiloRoleBasedPlacement));
        services.AddKeyedSingleton<IPlacementFilterDirector, RequiredMatchSiloMetadataFilterDirector>(typeof(RequiredMatchSiloMetadataPlacementFilterStrategy));
        services.AddKeyedSingleton<IPlacementFilterDirector, PreferredMatchSiloMetadataFilterDirector>(typeof(PreferredMatchSiloMetadataPlacementFilterStrategy));
    }
}
