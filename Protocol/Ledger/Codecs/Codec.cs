using System.Diagnostics.CodeAnalysis;
using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Scale;

namespace Nsn.Protocol.Ledger.Codecs;

/// <summary>Codecs of the built-in types and the ways to combine them.</summary>
public static class Codec
{
    /// <summary>One byte, 0 or 1.</summary>
    public static Codec<bool> Bool { get; } = new(
        new ScaleType.Primitive("bool"), 1, static (w, v) => w.WriteBool(v), static (ref ScaleReader r, out bool v) => r.TryReadBool(out v));

    /// <summary>One byte.</summary>
    public static Codec<byte> U8 { get; } = new(
        new ScaleType.Primitive("u8"), 1, static (w, v) => w.WriteU8(v), static (ref ScaleReader r, out byte v) => r.TryReadU8(out v));

    /// <summary>Two bytes, little-endian.</summary>
    public static Codec<ushort> U16 { get; } = new(
        new ScaleType.Primitive("u16"), 2, static (w, v) => w.WriteU16(v), static (ref ScaleReader r, out ushort v) => r.TryReadU16(out v));

    /// <summary>Four bytes, little-endian.</summary>
    public static Codec<uint> U32 { get; } = new(
        new ScaleType.Primitive("u32"), 4, static (w, v) => w.WriteU32(v), static (ref ScaleReader r, out uint v) => r.TryReadU32(out v));

    /// <summary>Eight bytes, little-endian.</summary>
    public static Codec<ulong> U64 { get; } = new(
        new ScaleType.Primitive("u64"), 8, static (w, v) => w.WriteU64(v), static (ref ScaleReader r, out ulong v) => r.TryReadU64(out v));

    /// <summary>Sixteen bytes, little-endian: balances.</summary>
    public static Codec<UInt128> U128 { get; } = new(
        new ScaleType.Primitive("u128"), 16, static (w, v) => w.WriteU128(v), static (ref ScaleReader r, out UInt128 v) => r.TryReadU128(out v));

    /// <summary>Compact form of up to 32 bits.</summary>
    public static Codec<uint> CompactU32 { get; } = new(
        new ScaleType.Compact(U32.Type), 1, static (w, v) => w.WriteCompact(v), static (ref ScaleReader r, out uint v) => r.TryReadCompactU32(out v));

    /// <summary>Compact form of up to 64 bits.</summary>
    public static Codec<ulong> CompactU64 { get; } = new(
        new ScaleType.Compact(U64.Type), 1, static (w, v) => w.WriteCompact(v), static (ref ScaleReader r, out ulong v) => r.TryReadCompactU64(out v));

    /// <summary>Compact form of up to 128 bits.</summary>
    public static Codec<UInt128> CompactU128 { get; } = new(
        new ScaleType.Compact(U128.Type), 1, static (w, v) => w.WriteCompact(v), static (ref ScaleReader r, out UInt128 v) => r.TryReadCompact(out v));

    /// <summary>A hash of 32 bytes.</summary>
    public static Codec<Hash256> Hash { get; } = new(
        new ScaleType.Composite("H256", [new(null, new ScaleType.FixedArray(32, U8.Type))]), 32, Hash256.Write, Hash256.TryRead);

    /// <summary>An account of 32 bytes.</summary>
    public static Codec<AccountId> Account { get; } = new(
        new ScaleType.Composite("AccountId32", [new(null, new ScaleType.FixedArray(32, U8.Type))]), 32, AccountId.Write, AccountId.TryRead);

    /// <summary>An Ed25519 signature of 64 bytes.</summary>
    public static Codec<Signature64> Signature { get; } = new(
        new ScaleType.Composite("Ed25519Signature", [new(null, new ScaleType.FixedArray(64, U8.Type))]), 64, Signature64.Write, Signature64.TryRead);

    /// <summary>A length and up to <paramref name="bytesMax"/> bytes.</summary>
    public static Codec<byte[]> Bytes(int bytesMax) => new(
        new ScaleType.Sequence(U8.Type),
        1,
        static (w, v) => w.WriteBytes(v),
        (ref ScaleReader r, [MaybeNullWhen(false)] out byte[] v) =>
        {
            var read = r.TryReadBytes(bytesMax, out var span);
            v = read ? span.ToArray() : null;
            return read;
        });

    /// <summary>A length and up to <paramref name="bytesMax"/> bytes of UTF-8.</summary>
    public static Codec<string> Text(int bytesMax) => new(
        new ScaleType.Primitive("str"),
        1,
        static (w, v) => w.WriteString(v),
        (ref ScaleReader r, [MaybeNullWhen(false)] out string v) => r.TryReadString(bytesMax, out v));

    /// <summary>Exactly <paramref name="length"/> bytes.</summary>
    public static Codec<byte[]> Fixed(int length) => new(
        new ScaleType.FixedArray(length, U8.Type),
        length,
        (w, v) => w.WriteFixed(v.Length == length ? v : throw new ArgumentException($"{length} bytes are wanted, not {v.Length}.")),
        (ref ScaleReader r, [MaybeNullWhen(false)] out byte[] v) =>
        {
            var read = r.TryReadFixed(length, out var span);
            v = read ? span.ToArray() : null;
            return read;
        });

    /// <summary>A count and up to <paramref name="countMax"/> items.</summary>
    public static Codec<IReadOnlyList<T>> Vector<T>(Codec<T> item, int countMax) => new(
        new ScaleType.Sequence(item.Type),
        1,
        (w, v) => w.WriteVector(v, item.Encode),
        (ref ScaleReader r, [MaybeNullWhen(false)] out IReadOnlyList<T> v) =>
        {
            var read = r.TryReadVector<T>(item.BytesMin, countMax, item.TryDecode, out var items);
            v = items;
            return read;
        });

    /// <summary>A value that may be missing.</summary>
    public static Codec<T?> Option<T>(Codec<T> inner)
        where T : struct => new(
        OptionOf(inner.Type),
        1,
        (w, v) => w.WriteOption(v, inner.Encode),
        (ref ScaleReader r, out T? v) =>
        {
            v = null;
            if (!r.TryReadOptionTag(out var present))
            {
                return false;
            }

            if (!present)
            {
                return true;
            }

            var read = inner.TryDecode(ref r, out var value);
            v = value;
            return read;
        });

    /// <summary>A reference that may be missing.</summary>
    public static Codec<T?> OptionalReference<T>(Codec<T> inner)
        where T : class => new(
        OptionOf(inner.Type),
        1,
        (w, v) => w.WriteOption(v, inner.Encode),
        (ref ScaleReader r, out T? v) =>
        {
            v = null;
            return r.TryReadOptionTag(out var present) && (!present || inner.TryDecode(ref r, out v));
        });

    /// <summary>An enumeration whose members carry nothing; its numeric values are the index bytes and count from 0 without a gap.</summary>
    public static Codec<T> Enumeration<T>()
        where T : struct, Enum
    {
        var values = Enum.GetValues<T>();
        var cases = values.Select((value, index) => new ScaleVariant(value.ToString(), (byte)index, [])).ToArray();
        return new(
            new ScaleType.Variant(typeof(T).Name, cases),
            1,
            static (w, v) => w.WriteVariant(Convert.ToByte(v, null)),
            (ref ScaleReader r, out T v) =>
            {
                var read = r.TryReadVariant(values.Length, out var index);
                v = read ? values[index] : default;
                return read;
            });
    }

    /// <summary>Two values one after another.</summary>
    public static Codec<(TFirst First, TSecond Second)> Pair<TFirst, TSecond>(Codec<TFirst> first, Codec<TSecond> second) => new(
        new ScaleType.Tuple([first.Type, second.Type]),
        first.BytesMin + second.BytesMin,
        (w, v) =>
        {
            first.Encode(w, v.First);
            second.Encode(w, v.Second);
        },
        (ref ScaleReader r, out (TFirst First, TSecond Second) v) =>
        {
            v = default;
            if (!first.TryDecode(ref r, out var left) || !second.TryDecode(ref r, out var right))
            {
                return false;
            }

            v = (left, right);
            return true;
        });

    /// <summary>Begins a record: name its fields in wire order with <c>With</c>, end with <c>Build</c>.</summary>
    public static RecordCodec<T> Record<T>(string name) => new(name);

    /// <summary>A record without fields.</summary>
    public static Codec<T> Unit<T>(string name, T value) => new(
        new ScaleType.Composite(name, []), 0, static (_, _) => { }, (ref ScaleReader _, [MaybeNullWhen(false)] out T v) =>
        {
            v = value;
            return true;
        });

    private static ScaleType.Variant OptionOf(ScaleType inner) => new("Option", [new("None", 0, []), new("Some", 1, [new(null, inner)])]);
}
