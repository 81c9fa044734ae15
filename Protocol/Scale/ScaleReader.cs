using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text.Unicode;

namespace Nsn.Protocol.Scale;

/// <summary>Reads one value of an element type; used for vectors and options.</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="reader">Where the bytes come from.</param>
/// <param name="value">The value, if the result is true.</param>
public delegate bool ScaleDecode<T>(ref ScaleReader reader, [MaybeNullWhen(false)] out T value);

/// <summary>
/// Reads SCALE from bytes that may come from anywhere. No method throws because of its input: each returns false, and
/// <see cref="Error"/> and <see cref="Offset"/> then tell the first thing that was wrong. Every length is checked against its limit and
/// against the bytes that are left before anything is allocated. Compact integers must be in their shortest form, so that a value has one encoding.
/// </summary>
public ref struct ScaleReader
{
    private readonly ReadOnlySpan<byte> _input;
    private int _offset;

    /// <summary>Starts to read at the first byte.</summary>
    public ScaleReader(ReadOnlySpan<byte> input) => _input = input;

    /// <summary>The first thing that was wrong.</summary>
    public ScaleError Error { get; private set; }

    /// <summary>The position of the next byte; after an error, where the value began that could not be read.</summary>
    public readonly int Offset => _offset;

    /// <summary>The number of bytes that are left.</summary>
    public readonly int Remaining => _input.Length - _offset;

    /// <summary>The bytes that are left.</summary>
    public readonly ReadOnlySpan<byte> Rest => _input[_offset..];

    /// <summary>The bytes from <paramref name="start"/> to the next byte; for hashing what was just read.</summary>
    public readonly ReadOnlySpan<byte> Since(int start) => _input[start.._offset];

    /// <summary>Records an error that a caller found in a value it has read. Always false.</summary>
    public bool Fail(ScaleError error)
    {
        if (Error == ScaleError.None)
            Error = error;
        return false;
    }

    /// <summary>True if all bytes were read and nothing was wrong.</summary>
    public bool TryReadEnd() => Error == ScaleError.None && (Remaining == 0 || Fail(ScaleError.TrailingBytes));

    /// <summary>Reads a fixed array. The span is a part of the input, not a copy.</summary>
    public bool TryReadFixed(int length, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (Error != ScaleError.None)
            return false;
        if (Remaining < length)
            return Fail(ScaleError.Truncated);
        value = _input.Slice(_offset, length);
        _offset += length;
        return true;
    }

    /// <summary>Reads a boolean.</summary>
    public bool TryReadBool(out bool value) => TryReadTag(ScaleError.InvalidBoolean, out value);

    /// <summary>Reads the tag of an option: true if a value follows.</summary>
    public bool TryReadOptionTag(out bool present) => TryReadTag(ScaleError.InvalidTag, out present);

    /// <summary>Reads the tag of a result: true if an error follows.</summary>
    public bool TryReadResultTag(out bool isError) => TryReadTag(ScaleError.InvalidTag, out isError);

    /// <summary>Reads the index of a variant of an enumeration that has <paramref name="count"/> variants, numbered from 0.</summary>
    public bool TryReadVariant(int count, out byte index)
    {
        int start = _offset;
        if (!TryReadU8(out index))
            return false;
        if (index < count)
            return true;
        _offset = start;
        return Fail(ScaleError.UnknownVariant);
    }

    /// <summary>Reads an unsigned 8-bit integer.</summary>
    public bool TryReadU8(out byte value)
    {
        bool ok = TryReadFixed(1, out ReadOnlySpan<byte> bytes);
        value = ok ? bytes[0] : (byte)0;
        return ok;
    }

    /// <summary>Reads an unsigned 16-bit integer.</summary>
    public bool TryReadU16(out ushort value)
    {
        bool ok = TryReadFixed(2, out ReadOnlySpan<byte> bytes);
        value = ok ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : (ushort)0;
        return ok;
    }

    /// <summary>Reads an unsigned 32-bit integer.</summary>
    public bool TryReadU32(out uint value)
    {
        bool ok = TryReadFixed(4, out ReadOnlySpan<byte> bytes);
        value = ok ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : 0;
        return ok;
    }

    /// <summary>Reads an unsigned 64-bit integer.</summary>
    public bool TryReadU64(out ulong value)
    {
        bool ok = TryReadFixed(8, out ReadOnlySpan<byte> bytes);
        value = ok ? BinaryPrimitives.ReadUInt64LittleEndian(bytes) : 0;
        return ok;
    }

    /// <summary>Reads an unsigned 128-bit integer.</summary>
    public bool TryReadU128(out UInt128 value)
    {
        bool ok = TryReadFixed(16, out ReadOnlySpan<byte> bytes);
        value = ok ? BinaryPrimitives.ReadUInt128LittleEndian(bytes) : UInt128.Zero;
        return ok;
    }

    /// <summary>Reads a signed 8-bit integer.</summary>
    public bool TryReadI8(out sbyte value)
    {
        bool ok = TryReadU8(out byte bits);
        value = unchecked((sbyte)bits);
        return ok;
    }

    /// <summary>Reads a signed 16-bit integer.</summary>
    public bool TryReadI16(out short value)
    {
        bool ok = TryReadU16(out ushort bits);
        value = unchecked((short)bits);
        return ok;
    }

    /// <summary>Reads a signed 32-bit integer.</summary>
    public bool TryReadI32(out int value)
    {
        bool ok = TryReadU32(out uint bits);
        value = unchecked((int)bits);
        return ok;
    }

    /// <summary>Reads a signed 64-bit integer.</summary>
    public bool TryReadI64(out long value)
    {
        bool ok = TryReadU64(out ulong bits);
        value = unchecked((long)bits);
        return ok;
    }

    /// <summary>Reads a signed 128-bit integer.</summary>
    public bool TryReadI128(out Int128 value)
    {
        bool ok = TryReadU128(out UInt128 bits);
        value = unchecked((Int128)bits);
        return ok;
    }

    /// <summary>Reads a compact integer up to 2^128 - 1.</summary>
    public bool TryReadCompact(out UInt128 value)
    {
        int start = _offset;
        if (TryReadCompactAt(out value))
            return true;
        _offset = start;
        return false;
    }

    /// <summary>Reads a compact integer up to 2^32 - 1.</summary>
    public bool TryReadCompactU32(out uint value)
    {
        bool ok = TryReadCompactUpTo(uint.MaxValue, out ulong wide);
        value = (uint)wide;
        return ok;
    }

    /// <summary>Reads a compact integer up to 2^64 - 1.</summary>
    public bool TryReadCompactU64(out ulong value) => TryReadCompactUpTo(ulong.MaxValue, out value);

    /// <summary>Reads the count of a vector and checks it against <paramref name="countMax"/> and against what can be left of the input.</summary>
    /// <param name="elementBytesMin">The fewest bytes that one element takes (0 only for empty types).</param>
    /// <param name="countMax">The most elements that the format allows.</param>
    /// <param name="count">The count, if the result is true.</param>
    public bool TryReadCount(int elementBytesMin, int countMax, out int count)
    {
        int start = _offset;
        count = 0;
        if (!TryReadCompactU32(out uint wide))
            return false;
        ScaleError error = wide > (uint)countMax ? ScaleError.LengthAboveLimit
            : (ulong)wide * (uint)elementBytesMin > (uint)Remaining ? ScaleError.Truncated
            : ScaleError.None;
        if (error != ScaleError.None)
        {
            _offset = start;
            return Fail(error);
        }

        count = (int)wide;
        return true;
    }

    /// <summary>Reads a vector of at most <paramref name="lengthMax"/> bytes. The span is a part of the input, not a copy.</summary>
    public bool TryReadBytes(int lengthMax, out ReadOnlySpan<byte> value)
    {
        value = default;
        return TryReadCount(1, lengthMax, out int length) && TryReadFixed(length, out value);
    }

    /// <summary>Reads a string of at most <paramref name="bytesMax"/> bytes of well-formed UTF-8.</summary>
    public bool TryReadString(int bytesMax, [NotNullWhen(true)] out string? value)
    {
        value = null;
        int start = _offset;
        if (!TryReadBytes(bytesMax, out ReadOnlySpan<byte> bytes))
            return false;
        if (!Utf8.IsValid(bytes))
        {
            _offset = start;
            return Fail(ScaleError.InvalidUtf8);
        }

        value = StrictUtf8.Encoding.GetString(bytes);
        return true;
    }

    /// <summary>Reads a vector of at most <paramref name="countMax"/> elements that take at least <paramref name="elementBytesMin"/> bytes each.</summary>
    public bool TryReadVector<T>(int elementBytesMin, int countMax, ScaleDecode<T> decode, [NotNullWhen(true)] out T[]? values)
    {
        values = null;
        if (!TryReadCount(elementBytesMin, countMax, out int count))
            return false;
        T[] read = count == 0 ? [] : new T[count];
        for (int i = 0; i < read.Length; i++)
        {
            if (!decode(ref this, out T? value))
                return false;
            read[i] = value;
        }

        values = read;
        return true;
    }

    private bool TryReadTag(ScaleError error, out bool value)
    {
        int start = _offset;
        value = false;
        if (!TryReadU8(out byte tag))
            return false;
        if (tag > 1)
        {
            _offset = start;
            return Fail(error);
        }

        value = tag == 1;
        return true;
    }

    private bool TryReadCompactUpTo(ulong maximum, out ulong value)
    {
        int start = _offset;
        value = 0;
        if (!TryReadCompact(out UInt128 wide))
            return false;
        if (wide > maximum)
        {
            _offset = start;
            return Fail(ScaleError.ValueTooLarge);
        }

        value = (ulong)wide;
        return true;
    }

    private bool TryReadCompactAt(out UInt128 value)
    {
        value = UInt128.Zero;
        if (Error != ScaleError.None)
            return false;
        if (Remaining == 0)
            return Fail(ScaleError.Truncated);
        byte first = _input[_offset];
        switch (first & 3)
        {
            case 0:
                _offset++;
                value = (uint)first >> 2;
                return true;
            case 1:
                if (!TryReadU16(out ushort two))
                    return false;
                value = (uint)two >> 2;
                return value >= 1u << 6 || Fail(ScaleError.NotCanonical);
            case 2:
                if (!TryReadU32(out uint four))
                    return false;
                value = four >> 2;
                return value >= 1u << 14 || Fail(ScaleError.NotCanonical);
            default:
                return TryReadCompactLong((first >> 2) + 4, out value);
        }
    }

    private bool TryReadCompactLong(int length, out UInt128 value)
    {
        value = UInt128.Zero;
        if (length > 16)
            return Fail(ScaleError.ValueTooLarge);
        _offset++;
        if (!TryReadFixed(length, out ReadOnlySpan<byte> bytes))
            return false;
        Span<byte> all = stackalloc byte[16];
        all.Clear();
        bytes.CopyTo(all);
        value = BinaryPrimitives.ReadUInt128LittleEndian(all);
        bool shortest = length == 4 ? value >= 1u << 30 : bytes[^1] != 0;
        return shortest || Fail(ScaleError.NotCanonical);
    }
}
