namespace Nsn.Engine.Runtime.Silos;

/// <summary>Names of the figures that every silo publishes with its lease.</summary>
public static class SiloFigures
{
    public const string Activations = "activations";
    public const string ProcessorPercent = "cpu.percent";
    public const string MemoryBytes = "memory.bytes";
    public const string MemoryAvailableBytes = "memory.available.bytes";

    /// <summary>The port for clients.</summary>
    public const string GatewayPort = "gateway.port";

    /// <summary>When the incarnation began, in seconds since 1970 by its own clock.</summary>
    public const string StartedSeconds = "started.seconds";

    /// <summary>When these figures were published, in seconds since 1970 by the silo's own clock.</summary>
    public const string PublishedSeconds = "published.seconds";
}
