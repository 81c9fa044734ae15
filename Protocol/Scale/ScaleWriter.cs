using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Nsn.Protocol.Scale;

/// <summary>Writes one value of an element type; used for vectors, options and arrays.</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="writer">Where the bytes go.</param>
/// <param name="value">The value.</param>
public delegate void ScaleEncode<in T>(ScaleWriter writer, T value);

/// <summary>
/// Writes SCALE, the codec of Substrate: little-endian fixed-width integers, compact lengths, no field names and no padding.
/// A structure or a tuple is its fields one after another. The buffer grows as needed; <see cref="Clear"/> keeps it for reuse.
/// </summary>
public sealed class ScaleWriter : IBufferWriter<byte>
{
    private byte[] _buffer;
    private int _length;

    /// <summary>Creates a writer with room for <paramref name="capacity"/> bytes.</summary>
    /// <param name="capacity">First size of the buffer, in bytes.</param>
    public ScaleWriter(int capacity = 256) => _buffer = new byte[Math.Max(capacity, 16)];

    /// <summary>Creates a writer into a buffer that is there already; if it does not suffice, the writer takes another one.</summary>
    internal ScaleWriter(byte[] buffer) => _buffer = buffer;

    /// <summary>The number of bytes written.</summary>
    public int Length => _length;

    /// <summary>The bytes written so far; valid until the next write.</summary>
    public ReadOnlySpan<byte> WrittenSpan => _buffer.AsSpan(0, _length);

    /// <summary>A copy of the bytes written so far.</summary>
    public byte[] ToArray() => WrittenSpan.ToArray();

    /// <summary>Forgets what was written and keeps the buffer.</summary>
    public void Clear() => _length = 0;

    /// <summary>Writes a boolean as 0 or 1.</summary>
    public void WriteBool(bool value) => WriteU8(value ? (byte)1 : (byte)0);

    /// <summary>Writes an unsigned 8-bit integer.</summary>
    public void WriteU8(byte value) => Take(1)[0] = value;

    /// <summary>Writes an unsigned 16-bit integer.</summary>
    public void WriteU16(ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(Take(2), value);

    /// <summary>Writes an unsigned 32-bit integer.</summary>
    public void WriteU32(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Take(4), value);

    /// <summary>Writes an unsigned 64-bit integer.</summary>
    public void WriteU64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Take(8), value);

    /// <summary>Writes an unsigned 128-bit integer.</summary>
    public void WriteU128(UInt128 value) => BinaryPrimitives.WriteUInt128LittleEndian(Take(16), value);

    /// <summary>Writes a signed 8-bit integer.</summary>
    public void WriteI8(sbyte value) => WriteU8(unchecked((byte)value));

    /// <summary>Writes a signed 16-bit integer.</summary>
    public void WriteI16(short value) => BinaryPrimitives.WriteInt16LittleEndian(Take(2), value);

    /// <summary>Writes a signed 32-bit integer.</summary>
    public void WriteI32(int value) => BinaryPrimitives.WriteInt32LittleEndian(Take(4), value);

    /// <summary>Writes a signed 64-bit integer.</summary>
    public void WriteI64(long value) => BinaryPrimitives.WriteInt64LittleEndian(Take(8), value);

    /// <summary>Writes a signed 128-bit integer.</summary>
    public void WriteI128(Int128 value) => BinaryPrimitives.WriteInt128LittleEndian(Take(16), value);

    /// <summary>Writes a compact integer: 1, 2 or 4 bytes below 2^6, 2^14 and 2^30, otherwise a length byte and 4 to 16 bytes.</summary>
    public void WriteCompact(UInt128 value)
    {
        if (value < 1u << 6)
        {
            WriteU8((byte)((uint)value << 2));
        }
        else if (value < 1u << 14)
        {
            WriteU16((ushort)((uint)value << 2 | 1));
        }
        else if (value < 1u << 30)
        {
            WriteU32((uint)value << 2 | 2);
        }
        else
        {
            int bytes = Math.Max(4, 16 - ((int)UInt128.LeadingZeroCount(value) >> 3));
            Span<byte> all = stackalloc byte[16];
            BinaryPrimitives.WriteUInt128LittleEndian(all, value);
            WriteU8((byte)((bytes - 4) << 2 | 3));
            WriteFixed(all[..bytes]);
        }
    }

    /// <summary>Writes bytes as they are: a fixed array.</summary>
    public void WriteFixed(ReadOnlySpan<byte> value) => value.CopyTo(Take(value.Length));

    /// <summary>Writes a vector of bytes: compact length, then the bytes.</summary>
    public void WriteBytes(ReadOnlySpan<byte> value)
    {
        WriteCompact((uint)value.Length);
        WriteFixed(value);
    }

    /// <summary>Writes a string: compact length in bytes, then UTF-8.</summary>
    /// <exception cref="EncoderFallbackException">The text has a lone surrogate, which has no UTF-8 form.</exception>
    public void WriteString(string value)
    {
        int bytes = StrictUtf8.Encoding.GetByteCount(value);
        WriteCompact((uint)bytes);
        StrictUtf8.Encoding.GetBytes(value, Take(bytes));
    }

    /// <summary>Writes the index of an enumeration's variant; its fields follow.</summary>
    public void WriteVariant(byte index) => WriteU8(index);

    /// <summary>Writes the absent option.</summary>
    public void WriteNone() => WriteU8(0);

    /// <summary>Writes the tag of a present option; the value follows.</summary>
    public void WriteSome() => WriteU8(1);

    /// <summary>Writes an optional value type.</summary>
    public void WriteOption<T>(T? value, ScaleEncode<T> encode)
        where T : struct
    {
        WriteBool(value.HasValue);
        if (value.HasValue)
            encode(this, value.GetValueOrDefault());
    }

    /// <summary>Writes an optional reference type.</summary>
    public void WriteOption<T>(T? value, ScaleEncode<T> encode)
        where T : class
    {
        WriteBool(value is not null);
        if (value is not null)
            encode(this, value);
    }

    /// <summary>Writes the tag of a successful result; the value follows.</summary>
    public void WriteOk() => WriteU8(0);

    /// <summary>Writes the tag of a failed result; the error follows.</summary>
    public void WriteErr() => WriteU8(1);

    /// <summary>Writes a vector: compact count, then every element.</summary>
    public void WriteVector<T>(ReadOnlySpan<T> values, ScaleEncode<T> encode)
    {
        WriteCompact((uint)values.Length);
        foreach (T value in values)
            encode(this, value);
    }

    /// <summary>Writes a vector: compact count, then every element.</summary>
    public void WriteVector<T>(IReadOnlyCollection<T> values, ScaleEncode<T> encode)
    {
        WriteCompact((uint)values.Count);
        foreach (T value in values)
            encode(this, value);
    }

    /// <inheritdoc/>
    void IBufferWriter<byte>.Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)(_buffer.Length - _length));
        _length += count;
    }

    /// <inheritdoc/>
    Memory<byte> IBufferWriter<byte>.GetMemory(int sizeHint)
    {
        Reserve(Math.Max(sizeHint, 1));
        return _buffer.AsMemory(_length);
    }

    /// <inheritdoc/>
    Span<byte> IBufferWriter<byte>.GetSpan(int sizeHint)
    {
        Reserve(Math.Max(sizeHint, 1));
        return _buffer.AsSpan(_length);
    }

    private Span<byte> Take(int count)
    {
        Reserve(count);
        Span<byte> span = _buffer.AsSpan(_length, count);
        _length += count;
        return span;
    }

    private void Reserve(int count)
    {
        if (_buffer.Length - _length < count)
            Array.Resize(ref _buffer, checked((int)Math.Max((long)_length + count, Math.Min((long)_buffer.Length * 2, Array.MaxLength))));
    }
}
