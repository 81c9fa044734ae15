using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;

namespace Nsn.Engine.Runtime.Hosting;

/// <summary>Settings that make no sense end the start of a silo, with a message that says what to change.</summary>
internal static class OptionsChecks
{
    public static void Add(IServiceCollection services)
    {
        services.AddOptions<ClusterOptions>()
            .Validate(options => !string.IsNullOrWhiteSpace(options.ClusterId), $"{nameof(ClusterOptions)}.{nameof(ClusterOptions.ClusterId)} must name the cluster.")
            .Validate(options => !string.IsNullOrWhiteSpace(options.ServiceId), $"{nameof(ClusterOptions)}.{nameof(ClusterOptions.ServiceId)} must name the service.");
        services.AddOptions<EndpointOptions>()
            .Validate(options => IsPort(options.SiloPort), $"{nameof(EndpointOptions)}.{nameof(EndpointOptions.SiloPort)} must be a port.")
            .Validate(options => IsPort(options.GatewayPort), $"{nameof(EndpointOptions)}.{nameof(EndpointOptions.GatewayPort)} must be a port, or 0 for none.");
        services.AddOptions<SiloMessagingOptions>()
            .Validate(options => options.ResponseTimeout > TimeSpan.Zero, $"{nameof(SiloMessagingOptions)}.{nameof(MessagingOptions.ResponseTimeout)} must be longer than nothing.")
            .Validate(options => options.MaxForwardCount >= 1, $"{nameof(SiloMessagingOptions)}.{nameof(SiloMessagingOptions.MaxForwardCount)} must be at least 1: a gateway sends calls of clients on.")
            .Validate(options => options.MaxMessageBodySize > 0, $"{nameof(SiloMessagingOptions)}.{nameof(MessagingOptions.MaxMessageBodySize)} must be at least a byte.");
        services.AddOptions<GrainCollectionOptions>()
            .Validate(options => options.CollectionQuantum > TimeSpan.Zero, $"{nameof(GrainCollectionOptions)}.{nameof(GrainCollectionOptions.CollectionQuantum)} must be longer than nothing.")
            .Validate(options => options.MemoryUsageLimitPercentage is > 0 and <= 100, $"{nameof(GrainCollectionOptions)}.{nameof(GrainCollectionOptions.MemoryUsageLimitPercentage)} must be between 0 and 100.");
        services.AddOptions<LoadSheddingOptions>()
            .Validate(options => options.CpuThreshold <= 100, $"{nameof(LoadSheddingOptions)}.{nameof(LoadSheddingOptions.CpuThreshold)} must be 100 at most.")
            .Validate(options => options.MemoryThreshold <= 100, $"{nameof(LoadSheddingOptions)}.{nameof(LoadSheddingOptions.MemoryThreshold)} must be 100 at most.");
    }

    private static bool IsPort(int port) => port is >= IPEndPoint.MinPort and <= IPEndPoint.MaxPort;
}
