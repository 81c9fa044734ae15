namespace Nsn.Engine.Runtime.Telemetry;

/// <summary>Names under which the engine can be observed.</summary>
public static class EngineTelemetry
{
    /// <summary>The meter; its instruments are listed in <c>docs/engine.md</c>.</summary>
    public const string MeterName = "Nsn.Engine";

    /// <summary>The source of a client span and a server span for each call, once <c>AddActivityPropagation</c> was called.</summary>
    public const string ActivitySourceName = "Nsn.Engine";

    /// <summary>The health check of a silo.</summary>
    public const string HealthCheckName = "nsn-engine-silo";
}
