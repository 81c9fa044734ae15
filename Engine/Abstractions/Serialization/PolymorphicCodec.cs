using System.Runtime.CompilerServices;

namespace Nsn.Engine.Serialization;

/// <summary>Writes the value's own type before it.</summary>
/// <typeparam name="T">A class that can be derived from, an interface, or object.</typeparam>
internal sealed class PolymorphicCodec<T> : Codec<T>
{
    public override void Write(Writer writer, T value)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        var type = Codecs.WireTypeOf(value);
        var codec = Codecs.Exact(type);
        writer.WriteType(type);
        codec.WriteObject(writer, value);
    }

    public override T Read(Reader reader)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        var type = reader.ReadType();
        if (!typeof(T).IsAssignableFrom(type))
            throw new WireFormatException($"A value of type {type} stands where a {typeof(T)} was expected.");
        try
        {
            return (T)Codecs.Exact(type).ReadObject(reader);
        }
        catch (Exception exception) when (exception is not (WireFormatException or InsufficientExecutionStackException))
        {
            throw new WireFormatException($"A value of type {type} is malformed: {exception.Message}", exception);
        }
    }

    public override T Copy(T value)
    {
        if (value is null || value is string)
            return value;
        RuntimeHelpers.EnsureSufficientExecutionStack();
        var codec = Codecs.Exact(Codecs.WireTypeOf(value));
        return codec.IsImmutable ? value : (T)codec.CopyObject(value);
    }
}
