namespace Orleans.Runtime;

/// <summary>What a reference needs of the silo or client it lives in.</summary>
internal interface IGrainReferenceRuntime
{
    void Send(Call call);
    IAddressable Cast(GrainReference reference, Type interfaceType);
    GrainReference CreateReference(GrainId grainId, Type interfaceType);
}
