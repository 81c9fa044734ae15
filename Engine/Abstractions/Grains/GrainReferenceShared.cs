namespace Orleans.Runtime;

/// <summary>What all references to grains of one type through one interface have in common.</summary>
public sealed class GrainReferenceShared
{
    internal GrainReferenceShared(GrainType grainType, GrainInterfaceType interfaceType, Type interfaceClrType, IGrainReferenceRuntime runtime)
    {
        GrainType = grainType;
        InterfaceType = interfaceType;
        InterfaceClrType = interfaceClrType;
        Runtime = runtime;
    }

    public GrainType GrainType { get; }
    public GrainInterfaceType InterfaceType { get; }
    internal Type InterfaceClrType { get; }
    internal IGrainReferenceRuntime Runtime { get; }
}
