using System.Runtime.CompilerServices;
using Orleans.Concurrency;

namespace Nsn.Engine.Serialization;

/// <summary>Enums, as their number.</summary>
internal sealed class EnumCodec<T> : Codec<T>
    where T : struct, Enum
{
    public override bool IsImmutable => true;
    public override WireKind Kind => WireKind.VarInt;

    public override void Write(Writer writer, T value) => writer.WriteVarInt(Unsafe.SizeOf<T>() switch
    {
        1 => Unsafe.As<T, sbyte>(ref value),
        2 => Unsafe.As<T, short>(ref value),
        4 => Unsafe.As<T, int>(ref value),
        _ => Unsafe.As<T, long>(ref value),
    });

    public override T Read(Reader reader)
    {
        var number = reader.ReadVarInt();
        return Unsafe.As<long, T>(ref number);
    }

    public override T Copy(T value) => value;
}

/// <summary>Nullable values.</summary>
internal sealed class NullableCodec<T> : Codec<T?>
    where T : struct
{
    public override bool IsImmutable => CodecOf<T>.Instance.IsImmutable;
    public override WireKind Kind => CodecOf<T>.Instance.Kind;
    public override void Write(Writer writer, T? value) => CodecOf<T>.Instance.Write(writer, value.GetValueOrDefault());
    public override T? Read(Reader reader) => CodecOf<T>.Instance.Read(reader);
    public override T? Copy(T? value) => value.HasValue ? CodecOf<T>.Instance.Copy(value.GetValueOrDefault()) : null;
}

/// <summary>Values promised not to change.</summary>
internal sealed class ImmutableBoxCodec<T> : Codec<Immutable<T>>
{
    public override bool IsImmutable => true;
    public override void Write(Writer writer, Immutable<T> value) => CodecOf<T>.Instance.WriteItem(writer, value.Value);
    public override Immutable<T> Read(Reader reader) => new(CodecOf<T>.Instance.ReadItem(reader));
    public override Immutable<T> Copy(Immutable<T> value) => value;
}

/// <summary>Values that travel as a surrogate.</summary>
internal sealed class SurrogateCodec<T, TSurrogate, TConverter> : Codec<T>
    where TSurrogate : struct
    where TConverter : IConverter<T, TSurrogate>, new()
{
    private readonly TConverter _converter = new();

    public override void Write(Writer writer, T value) => CodecOf<TSurrogate>.Instance.Write(writer, _converter.ConvertToSurrogate(in value));

    public override T Read(Reader reader)
    {
        var surrogate = CodecOf<TSurrogate>.Instance.Read(reader);
        return _converter.ConvertFromSurrogate(in surrogate);
    }

    public override T Copy(T value)
    {
        if (value is null)
            return value;
        var surrogate = CodecOf<TSurrogate>.Instance.Copy(_converter.ConvertToSurrogate(in value));
        return _converter.ConvertFromSurrogate(in surrogate);
    }
}
