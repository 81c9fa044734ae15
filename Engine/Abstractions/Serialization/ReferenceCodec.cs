namespace Nsn.Engine.Serialization;

/// <summary>Writes a grain or its reference as the grain's identity and interface.</summary>
/// <typeparam name="T">A grain interface.</typeparam>
internal sealed class ReferenceCodec<T> : Codec<T>
{
    public override bool IsImmutable => true;

    public override void Write(Writer writer, T value)
    {
        var reference = AsReference(value);
        writer.WriteBytes(reference.GrainId.Type.AsSpan());
        writer.WriteBytes(reference.GrainId.Key.AsSpan());
        writer.WriteType(reference.Shared.InterfaceClrType);
    }

    public override T Read(Reader reader)
    {
        var id = new GrainId(new GrainType(reader.ReadBytes()), new IdSpan(reader.ReadBytes()));
        var type = reader.ReadType();
        if (!typeof(IAddressable).IsAssignableFrom(type) || !type.IsInterface)
            throw new WireFormatException($"{type} is not a grain interface.");
        var runtime = reader.Runtime ?? throw new WireFormatException("A grain reference can only be read inside a silo or client.");
        return (T)(object)(typeof(T).IsAssignableFrom(type) || !typeof(T).IsInterface
            ? runtime.CreateReference(id, type)
            : runtime.CreateReference(id, typeof(T)));
    }

    public override T Copy(T value) => value is null or GrainReference ? value : (T)(object)AsReference(value);

    private static GrainReference AsReference(T value) => value switch
    {
        GrainReference reference => reference,
        IGrainBase grain => typeof(T).IsInterface && typeof(T) != typeof(IAddressable)
            ? (GrainReference)grain.GrainContext.GrainReference.Shared.Runtime.Cast(grain.GrainContext.GrainReference, typeof(T))
            : grain.GrainContext.GrainReference,
        _ => throw new WireFormatException($"{value.GetType()} is an observer that has no reference yet: pass it through IGrainFactory.CreateObjectReference first."),
    };
}
