using System.Net;
using System.Numerics;

namespace Nsn.Engine.Serialization;

/// <summary>The codecs of types that have no members: numbers, text, times, identities.</summary>
internal static class Primitives
{
    public static readonly Codec[] All =
    [
        new Simple<bool>(WireKind.VarInt, (w, v) => w.WriteByte(v ? (byte)1 : (byte)0), r => r.ReadByte() != 0),
        new Simple<byte>(WireKind.VarInt, (w, v) => w.WriteVarUInt(v), r => checked((byte)r.ReadVarUInt())),
        new Simple<sbyte>(WireKind.VarInt, (w, v) => w.WriteVarInt(v), r => checked((sbyte)r.ReadVarInt())),
        new Simple<short>(WireKind.VarInt, (w, v) => w.WriteVarInt(v), r => checked((short)r.ReadVarInt())),
        new Simple<ushort>(WireKind.VarInt, (w, v) => w.WriteVarUInt(v), r => checked((ushort)r.ReadVarUInt())),
        new Simple<int>(WireKind.VarInt, (w, v) => w.WriteVarInt(v), r => checked((int)r.ReadVarInt())),
        new Simple<uint>(WireKind.VarInt, (w, v) => w.WriteVarUInt(v), r => checked((uint)r.ReadVarUInt())),
        new Simple<long>(WireKind.VarInt, (w, v) => w.WriteVarInt(v), r => r.ReadVarInt()),
        new Simple<ulong>(WireKind.VarInt, (w, v) => w.WriteVarUInt(v), r => r.ReadVarUInt()),
        new Simple<char>(WireKind.VarInt, (w, v) => w.WriteVarUInt(v), r => checked((char)r.ReadVarUInt())),
        new Simple<float>(WireKind.Fixed64, (w, v) => w.WriteFixed64(BitConverter.DoubleToUInt64Bits(v)), r => (float)BitConverter.UInt64BitsToDouble(r.ReadFixed64())),
        new Simple<double>(WireKind.Fixed64, (w, v) => w.WriteFixed64(BitConverter.DoubleToUInt64Bits(v)), r => BitConverter.UInt64BitsToDouble(r.ReadFixed64())),
        new Simple<Half>(WireKind.Fixed64, (w, v) => w.WriteFixed64(BitConverter.DoubleToUInt64Bits((double)v)), r => (Half)BitConverter.UInt64BitsToDouble(r.ReadFixed64())),
        new Simple<DateTime>(WireKind.Fixed64, (w, v) => w.WriteFixed64((ulong)v.ToBinary()), r => DateTime.FromBinary((long)r.ReadFixed64())),
        new Simple<TimeSpan>(WireKind.VarInt, (w, v) => w.WriteVarInt(v.Ticks), r => new TimeSpan(r.ReadVarInt())),
        new Simple<DateOnly>(WireKind.VarInt, (w, v) => w.WriteVarUInt((ulong)v.DayNumber), r => DateOnly.FromDayNumber(checked((int)r.ReadVarUInt()))),
        new Simple<TimeOnly>(WireKind.VarInt, (w, v) => w.WriteVarUInt((ulong)v.Ticks), r => new TimeOnly(checked((long)r.ReadVarUInt()))),
        new Simple<DateTimeOffset>(WireKind.Blob, WriteDateTimeOffset, r => new DateTimeOffset(r.ReadVarInt(), new TimeSpan(r.ReadVarInt()))),
        new Simple<decimal>(WireKind.Blob, WriteDecimal, ReadDecimal),
        new Simple<Guid>(WireKind.Blob, WriteGuid, r => new Guid(r.ReadRaw(16))),
        new Simple<Int128>(WireKind.Blob, (w, v) => WriteHalves(w, (ulong)((UInt128)v >> 64), (ulong)v), r => (Int128)new UInt128(r.ReadFixed64(), r.ReadFixed64())),
        new Simple<UInt128>(WireKind.Blob, (w, v) => WriteHalves(w, (ulong)(v >> 64), (ulong)v), r => new UInt128(r.ReadFixed64(), r.ReadFixed64())),
        new Simple<BigInteger>(WireKind.Blob, (w, v) => w.WriteBytes(v.ToByteArray()), r => new BigInteger(r.ReadSpan())),
        new Simple<string>(WireKind.Blob, (w, v) => w.WriteString(v), r => r.ReadString()),
        new Simple<Uri>(WireKind.Blob, (w, v) => w.WriteString(v.OriginalString), r => new Uri(r.ReadString(), UriKind.RelativeOrAbsolute)),
        new Simple<Version>(WireKind.Blob, (w, v) => w.WriteString(v.ToString()), r => Version.Parse(r.ReadString())),
        new Simple<IPAddress>(WireKind.Blob, (w, v) => w.WriteBytes(v.GetAddressBytes()), r => new IPAddress(r.ReadSpan())),
        new Simple<IPEndPoint>(WireKind.Blob, (w, v) => w.WriteString(v.ToString()), r => IPEndPoint.Parse(r.ReadString())),
        new Simple<Type>(WireKind.Blob, (w, v) => w.WriteType(v), r => r.ReadType()),
        new Simple<IdSpan>(WireKind.Blob, (w, v) => w.WriteBytes(v.AsSpan()), r => new IdSpan(r.ReadBytes())),
        new Simple<GrainType>(WireKind.Blob, (w, v) => w.WriteBytes(v.AsSpan()), r => new GrainType(r.ReadBytes())),
        new Simple<GrainInterfaceType>(WireKind.Blob, (w, v) => w.WriteBytes(v.Value.AsSpan()), r => new GrainInterfaceType(new IdSpan(r.ReadBytes()))),
        new Simple<GrainId>(WireKind.Blob, WriteGrainId, r => new GrainId(new GrainType(r.ReadBytes()), new IdSpan(r.ReadBytes()))),
        new Simple<ActivationId>(WireKind.Blob, (w, v) => WriteGuid(w, v.Key), r => new ActivationId(new Guid(r.ReadRaw(16)))),
        new Simple<MembershipVersion>(WireKind.VarInt, (w, v) => w.WriteVarInt(v.Value), r => new MembershipVersion(r.ReadVarInt())),
        new Simple<SiloAddress>(WireKind.Blob, (w, v) => w.WriteString(v.ToParsableString()), r => SiloAddress.Parse(r.ReadString())),
        new Simple<StreamId>(WireKind.Blob, WriteStreamId, r => StreamId.Create(r.ReadSpan(), r.ReadSpan())),
        new Simple<CancellationToken>(WireKind.VarInt, (w, _) => w.WriteByte(0), ReadToken),
        new Simple<GrainCancellationToken>(WireKind.VarInt, (w, v) => w.WriteByte(v.CancellationToken.IsCancellationRequested ? (byte)1 : (byte)0), r => new GrainCancellationToken(new CancellationToken(r.ReadByte() != 0))),
        new BytesCodec(),
        new MemoryCodec(),
        new ReadOnlyMemoryCodec(),
        new CallCodec(),
    ];

    public static readonly HashSet<Type> Types = [.. All.Select(codec => codec.ValueType)];

    private static void WriteGuid(Writer writer, Guid value)
    {
        Span<byte> bytes = stackalloc byte[16];
        value.TryWriteBytes(bytes);
        writer.WriteRaw(bytes);
    }

    private static void WriteHalves(Writer writer, ulong upper, ulong lower)
    {
        writer.WriteFixed64(upper);
        writer.WriteFixed64(lower);
    }

    private static void WriteDateTimeOffset(Writer writer, DateTimeOffset value)
    {
        writer.WriteVarInt(value.Ticks);
        writer.WriteVarInt(value.Offset.Ticks);
    }

    private static void WriteGrainId(Writer writer, GrainId value)
    {
        writer.WriteBytes(value.Type.AsSpan());
        writer.WriteBytes(value.Key.AsSpan());
    }

    private static void WriteStreamId(Writer writer, StreamId value)
    {
        writer.WriteBytes(value.Namespace.Span);
        writer.WriteBytes(value.Key.Span);
    }

    private static void WriteDecimal(Writer writer, decimal value)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value, bits);
        foreach (var part in bits)
            writer.WriteFixed32(unchecked((uint)part));
    }

    private static decimal ReadDecimal(Reader reader)
    {
        Span<int> bits = stackalloc int[4];
        for (var i = 0; i < 4; i++)
            bits[i] = unchecked((int)reader.ReadFixed32());
        return new decimal(bits);
    }

    private static CancellationToken ReadToken(Reader reader)
    {
        reader.ReadByte();
        return CancellationToken.None;
    }

    private sealed class Simple<T>(WireKind kind, Action<Writer, T> write, Func<Reader, T> read) : Codec<T>
    {
        public override bool IsImmutable => true;
        public override WireKind Kind => kind;
        public override void Write(Writer writer, T value) => write(writer, value);
        public override T Read(Reader reader) => read(reader);
        public override T Copy(T value) => value;
    }
}
