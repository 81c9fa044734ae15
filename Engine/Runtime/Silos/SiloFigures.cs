namespace Nsn.Engine.Runtime.Silos;

/// <summary>Names of the figures that every silo publishes with its lease.</summary>
public static class SiloFigures
{
    public const string Activations = "activations";
    public const string ProcessorPercent = "cpu.percent";
    public const string MemoryBytes = "memory.bytes";
    public const string MemoryAvailableBytes = "memory.available.bytes";
}
