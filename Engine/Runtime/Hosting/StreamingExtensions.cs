using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Nsn.Engine.Runtime.Activations;
using Nsn.Engine.Runtime.Silos;
using Nsn.Engine.Runtime.Streams;
using Orleans.Streams;

namespace Orleans.Hosting;

/// <summary>What can be set of memory streams: nothing yet; queues are a stream's own.</summary>
public interface IMemoryStreamConfigurator;

/// <summary>Settings of memory streams in silos.</summary>
public interface ISiloMemoryStreamConfigurator : IMemoryStreamConfigurator;

/// <summary>Settings of memory streams in clients.</summary>
public interface IClusterClientMemoryStreamConfigurator : IMemoryStreamConfigurator;

/// <summary>Live streams in silos.</summary>
public static class SiloBuilderMemoryStreamExtensions
{
    public static ISiloBuilder AddMemoryStreams(this ISiloBuilder builder, string name, Action<ISiloMemoryStreamConfigurator>? configure = null)
    {
        StreamServices.AddConsumer(builder.Services);
        StreamServices.AddProvider(builder.Services, name, typeof(IStreamHub), rewindable: false);
        return builder;
    }
}

/// <summary>Streams in general.</summary>
public static class SiloBuilderStreamingExtensions
{
    public static ISiloBuilder AddStreaming(this ISiloBuilder builder)
    {
        StreamServices.AddConsumer(builder.Services);
        return builder;
    }
}

/// <summary>Live streams in clients.</summary>
public static class ClientBuilderStreamingExtensions
{
    public static IClientBuilder AddStreaming(this IClientBuilder builder) => builder;

    public static IClientBuilder AddMemoryStreams(this IClientBuilder builder, string name, Action<IClusterClientMemoryStreamConfigurator>? configure = null)
    {
        StreamServices.AddProvider(builder.Services, name, typeof(IStreamHub), rewindable: false);
        return builder;
    }
}

/// <summary>The services of streams.</summary>
internal static class StreamServices
{
    public static void AddConsumer(IServiceCollection services)
    {
        services.TryAddSingleton<ImplicitSubscribers>();
        services.TryAddKeyedSingleton<Func<IGrainContext, object>>(
            typeof(IStreamConsumerExtension),
            (provider, _) => context => new StreamConsumerExtension(provider, (Activation)context));
    }

    public static void AddProvider(IServiceCollection services, string name, Type hubInterface, bool rewindable) =>
        services.AddKeyedSingleton<IStreamProvider>(name, (provider, _) => new HubStreamProvider(name, provider.GetRequiredService<Node>(), provider, hubInterface, rewindable));
}
