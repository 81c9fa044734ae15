using System.Collections.Immutable;
using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Nsn.Engine.Runtime.Hosting;
using Nsn.Engine.Runtime.Silos;
using Nsn.Engine.Runtime.State;
using Nsn.Engine.Runtime.Telemetry;
using Orleans.Configuration;
using Orleans.Placement;
using Orleans.Providers;
using Orleans.Runtime.Placement;
using Orleans.Storage;

namespace Orleans.Hosting;

/// <summary>Settings of silos.</summary>
public static class SiloBuilderExtensions
{
    public static ISiloBuilder ConfigureServices(this ISiloBuilder builder, Action<IServiceCollection> configureDelegate)
    {
        configureDelegate(builder.Services);
        return builder;
    }

    public static ISiloBuilder Configure<TOptions>(this ISiloBuilder builder, Action<TOptions> configureOptions)
        where TOptions : class
    {
        builder.Services.Configure(configureOptions);
        return builder;
    }

    public static ISiloBuilder Configure<TOptions>(this ISiloBuilder builder, IConfiguration configuration)
        where TOptions : class
    {
        builder.Services.AddOptions<TOptions>().Bind(configuration);
        return builder;
    }

    public static ISiloBuilder ConfigureLogging(this ISiloBuilder builder, Action<ILoggingBuilder> configureLogging)
    {
        builder.Services.AddLogging(configureLogging);
        return builder;
    }

    public static ISiloBuilder ConfigureEndpoints(this ISiloBuilder builder, IPAddress advertisedIP, int siloPort, int gatewayPort, bool listenOnAnyHostAddress = false)
    {
        builder.Services.Configure<EndpointOptions>(options =>
        {
            options.AdvertisedIPAddress = advertisedIP;
            options.SiloPort = siloPort;
            options.GatewayPort = gatewayPort;
            if (listenOnAnyHostAddress)
            {
                options.SiloListeningEndpoint = new IPEndPoint(IPAddress.Any, siloPort);
                options.GatewayListeningEndpoint = new IPEndPoint(IPAddress.Any, gatewayPort);
            }
        });
        return builder;
    }

    public static ISiloBuilder ConfigureEndpoints(this ISiloBuilder builder, int siloPort, int gatewayPort, System.Net.Sockets.AddressFamily addressFamily = System.Net.Sockets.AddressFamily.InterNetwork, bool listenOnAnyHostAddress = false) =>
        builder.ConfigureEndpoints(IPAddress.Loopback, siloPort, gatewayPort, listenOnAnyHostAddress);

    /// <summary>
    /// A cluster of one process, whose judge lives in it. A second silo needs a judge that both can ask: <paramref name="primarySiloEndpoint"/> may only name this silo itself.
    /// </summary>
    /// <exception cref="ArgumentException"><paramref name="primarySiloEndpoint"/> names another silo.</exception>
    public static ISiloBuilder UseLocalhostClustering(this ISiloBuilder builder, int siloPort = EndpointOptions.DEFAULT_SILO_PORT, int gatewayPort = EndpointOptions.DEFAULT_GATEWAY_PORT, IPEndPoint? primarySiloEndpoint = null, string serviceId = "dev", string clusterId = "dev")
    {
        // Each process would judge for itself, and a grain would be active in both.
        if (primarySiloEndpoint is not null && (primarySiloEndpoint.Port != siloPort || !IPAddress.IsLoopback(primarySiloEndpoint.Address)))
        {
            throw new ArgumentException(
                $"This silo is {IPAddress.Loopback}:{siloPort} and cannot join {primarySiloEndpoint}: with localhost clustering a silo is a cluster of its own. "
                + "Several silos need PostgreSQL clustering: UseAdoNetClustering.",
                nameof(primarySiloEndpoint));
        }

        builder.Services.Configure<EndpointOptions>(options =>
        {
            options.AdvertisedIPAddress = IPAddress.Loopback;
            options.SiloPort = siloPort;
            options.GatewayPort = gatewayPort;
        });
        builder.Services.Configure<ClusterOptions>(options =>
        {
            options.ServiceId = serviceId;
            options.ClusterId = clusterId;
        });
        return builder;
    }

    /// <summary>A client span and a server span for each call, from the source <see cref="EngineTelemetry.ActivitySourceName"/>.</summary>
    public static ISiloBuilder AddActivityPropagation(this ISiloBuilder builder)
    {
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IOutgoingGrainCallFilter, CallerActivityFilter>());
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IIncomingGrainCallFilter, GrainActivityFilter>());
        return builder;
    }

    public static ISiloBuilder AddIncomingGrainCallFilter(this ISiloBuilder builder, IIncomingGrainCallFilter filter)
    {
        builder.Services.AddSingleton(filter);
        return builder;
    }

    public static ISiloBuilder AddIncomingGrainCallFilter<TImplementation>(this ISiloBuilder builder)
        where TImplementation : class, IIncomingGrainCallFilter
    {
        builder.Services.AddSingleton<IIncomingGrainCallFilter, TImplementation>();
        return builder;
    }

    public static ISiloBuilder AddIncomingGrainCallFilter(this ISiloBuilder builder, IncomingGrainCallFilterDelegate filter) =>
        builder.AddIncomingGrainCallFilter(new DelegateFilter(filter, null));

    public static ISiloBuilder AddOutgoingGrainCallFilter(this ISiloBuilder builder, IOutgoingGrainCallFilter filter)
    {
        builder.Services.AddSingleton(filter);
        return builder;
    }

    public static ISiloBuilder AddOutgoingGrainCallFilter<TImplementation>(this ISiloBuilder builder)
        where TImplementation : class, IOutgoingGrainCallFilter
    {
        builder.Services.AddSingleton<IOutgoingGrainCallFilter, TImplementation>();
        return builder;
    }

    public static ISiloBuilder AddOutgoingGrainCallFilter(this ISiloBuilder builder, OutgoingGrainCallFilterDelegate filter) =>
        builder.AddOutgoingGrainCallFilter(new DelegateFilter(null, filter));

    public static ISiloBuilder AddMemoryGrainStorageAsDefault(this ISiloBuilder builder) => builder.AddMemoryGrainStorage(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME);

    public static ISiloBuilder AddMemoryGrainStorage(this ISiloBuilder builder, string name)
    {
        builder.Services.AddKeyedSingleton<IGrainStorage>(name, (provider, _) => new MemoryGrainStorage(name, provider.GetRequiredService<MemoryStore>()));
        return builder;
    }

    public static ISiloBuilder AddStartupTask(this ISiloBuilder builder, Func<IServiceProvider, CancellationToken, Task> startupTask, int stage = ServiceLifecycleStage.Active)
    {
        builder.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(provider => new StartupTask(provider, startupTask, stage));
        return builder;
    }

    public static IServiceCollection AddPlacementDirector<TStrategy, TDirector>(this IServiceCollection services)
        where TStrategy : PlacementStrategy
        where TDirector : class, IPlacementDirector => services.AddKeyedSingleton<IPlacementDirector, TDirector>(typeof(TStrategy));

    public static ISiloBuilder AddPlacementDirector<TStrategy, TDirector>(this ISiloBuilder builder)
        where TStrategy : PlacementStrategy
        where TDirector : class, IPlacementDirector
    {
        builder.Services.AddPlacementDirector<TStrategy, TDirector>();
        return builder;
    }

    public static IServiceCollection AddPlacementFilter<TStrategy, TDirector>(this IServiceCollection services, ServiceLifetime strategyLifetime)
        where TStrategy : PlacementFilterStrategy
        where TDirector : class, IPlacementFilterDirector => services.AddKeyedSingleton<IPlacementFilterDirector, TDirector>(typeof(TStrategy));

    /// <summary>The role that <see cref="SiloRoleBasedPlacementAttribute"/> looks for. Not part of Orleans, which takes it from the host's settings.</summary>
    public static ISiloBuilder UseSiloRole(this ISiloBuilder builder, string role)
    {
        SiloRoles.Change(builder.Services, current => current with { Name = role });
        return builder;
    }

    private sealed class DelegateFilter(IncomingGrainCallFilterDelegate? incoming, OutgoingGrainCallFilterDelegate? outgoing) : IIncomingGrainCallFilter, IOutgoingGrainCallFilter
    {
        public Task Invoke(IIncomingGrainCallContext context) => incoming!(context);
        public Task Invoke(IOutgoingGrainCallContext context) => outgoing!(context);
    }

    private sealed class StartupTask(IServiceProvider services, Func<IServiceProvider, CancellationToken, Task> task, int stage) : ILifecycleParticipant<ISiloLifecycle>
    {
        public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(nameof(StartupTask), stage, token => task(services, token));
    }
}

/// <summary>Keeps the role and metadata of a silo in its services.</summary>
internal static class SiloRoles
{
    public static void Change(IServiceCollection services, Func<SiloRole, SiloRole> change)
    {
        var current = services.FirstOrDefault(service => service.ServiceType == typeof(SiloRole))?.ImplementationInstance as SiloRole
            ?? new SiloRole(null, ImmutableDictionary<string, string>.Empty);
        services.Replace(ServiceDescriptor.Singleton(change(current)));
    }
}
