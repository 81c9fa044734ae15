using Microsoft.Extensions.DependencyInjection;

namespace Nsn.Grains.Telemetry;

/// <summary>What a silo needs so that its grains can be observed.</summary>
public static class GrainTelemetry
{
    /// <summary>Adds the meter of the grains; every silo that hosts them needs it.</summary>
    public static IServiceCollection AddGrainMetrics(this IServiceCollection services) => services.AddSingleton<GrainMetrics>();
}
