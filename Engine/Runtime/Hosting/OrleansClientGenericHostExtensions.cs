using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Nsn.Engine.Runtime.Clients;
using Nsn.Engine.Runtime.Grains;
using Nsn.Engine.Runtime.Hosting;
using Nsn.Engine.Runtime.Scheduling;
using Nsn.Engine.Runtime.Silos;
using Nsn.Engine.Runtime.Transport;
using Orleans.Hosting;

namespace Microsoft.Extensions.Hosting;

/// <summary>Adds a cluster client to a host.</summary>
public static class OrleansClientGenericHostExtensions
{
    public static HostApplicationBuilder UseOrleansClient(this HostApplicationBuilder hostAppBuilder) => hostAppBuilder.UseOrleansClient(static _ => { });

    public static HostApplicationBuilder UseOrleansClient(this HostApplicationBuilder hostAppBuilder, Action<IClientBuilder> configureDelegate)
    {
        ArgumentNullException.ThrowIfNull(hostAppBuilder);
        Build(hostAppBuilder.Services, hostAppBuilder.Configuration, configureDelegate);
        return hostAppBuilder;
    }

    public static IHostApplicationBuilder UseOrleansClient(this IHostApplicationBuilder hostAppBuilder) => hostAppBuilder.UseOrleansClient(static _ => { });

    public static IHostApplicationBuilder UseOrleansClient(this IHostApplicationBuilder hostAppBuilder, Action<IClientBuilder> configureDelegate)
    {
        ArgumentNullException.ThrowIfNull(hostAppBuilder);
        Build(hostAppBuilder.Services, hostAppBuilder.Configuration, configureDelegate);
        return hostAppBuilder;
    }

    public static IHostBuilder UseOrleansClient(this IHostBuilder hostBuilder, Action<IClientBuilder> configureDelegate) =>
        hostBuilder.UseOrleansClient((_, client) => configureDelegate(client));

    public static IHostBuilder UseOrleansClient(this IHostBuilder hostBuilder, Action<HostBuilderContext, IClientBuilder> configureDelegate) =>
        hostBuilder.ConfigureServices((context, services) => Build(services, context.Configuration, client => configureDelegate(context, client)));

    public static IServiceCollection AddOrleansClient(this IServiceCollection services, Action<IClientBuilder> configureDelegate) =>
        services.AddOrleansClient(new ConfigurationBuilder().Build(), configureDelegate);

    public static IServiceCollection AddOrleansClient(this IServiceCollection services, IConfiguration configuration, Action<IClientBuilder> configureDelegate)
    {
        Build(services, configuration, configureDelegate);
        return services;
    }

    private static void Build(IServiceCollection services, IConfiguration configuration, Action<IClientBuilder> configure)
    {
        if (services.Any(service => service.ServiceType == typeof(Node)))
            throw new InvalidOperationException("A host is a silo or a client, not both: in a silo, IClusterClient is already there.");
        services.AddLogging();
        services.AddOptions();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<ITurnScheduler, ThreadPoolTurnScheduler>();
        services.TryAddSingleton<ITransport, TcpTransport>();
        services.TryAddSingleton<IGatewayList, StaticGatewayList>();
        services.AddSingleton(provider => new GrainClassMap(provider) { IsClient = true });
        services.AddSingleton<ClientNode>();
        services.AddSingleton<Node>(provider => provider.GetRequiredService<ClientNode>());
        services.AddSingleton<GrainFactory>();
        services.AddSingleton<IGrainFactory>(provider => provider.GetRequiredService<GrainFactory>());
        services.AddSingleton<IClusterClient>(provider => provider.GetRequiredService<GrainFactory>());
        services.AddHostedService<ClientHostedService>();
        configure(new ClientBuilder(services, configuration));
    }
}
