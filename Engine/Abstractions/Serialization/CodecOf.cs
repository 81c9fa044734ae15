namespace Nsn.Engine.Serialization;

/// <summary>The codec for variables of a type: where the type can be derived from, it keeps the value's own type.</summary>
/// <typeparam name="T">The declared type.</typeparam>
public static class CodecOf<T>
{
    private static Codec<T> s_instance;

    public static Codec<T> Instance => s_instance ??= (Codec<T>)Codecs.ForVariable(typeof(T));
}
