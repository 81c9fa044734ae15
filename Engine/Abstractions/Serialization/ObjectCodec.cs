using System.Runtime.CompilerServices;

namespace Nsn.Engine.Serialization;

/// <summary>Base of generated codecs: a type as numbered members, one group for each level of its inheritance.</summary>
/// <typeparam name="T">The type.</typeparam>
public abstract class ObjectCodec<T> : Codec<T>
{
    /// <summary>A new instance to read members into.</summary>
    public abstract T Create();

    public abstract void WriteMembers(Writer writer, ref T value);
    public abstract void ReadMembers(Reader reader, ref T value);
    public abstract void CopyMembers(ref T from, ref T to);

    public override void Write(Writer writer, T value)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        WriteMembers(writer, ref value);
    }

    public override T Read(Reader reader)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        var value = Create();
        ReadMembers(reader, ref value);
        return value;
    }

    public override T Copy(T value)
    {
        if (IsImmutable || value is null)
            return value;
        RuntimeHelpers.EnsureSufficientExecutionStack();
        var copy = Create();
        CopyMembers(ref value, ref copy);
        return copy;
    }
}
