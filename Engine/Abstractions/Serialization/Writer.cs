using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;

namespace Nsn.Engine.Serialization;

/// <summary>Writes values to a pooled, growing buffer.</summary>
public sealed class Writer : IDisposable
{
    private byte[] _buffer;
    private int _position;
    private Dictionary<Type, int> _types;

    /// <summary>The largest message that may be written, in bytes.</summary>
    public int LengthMax { get; set; } = 100 * 1024 * 1024;

    public Writer(int capacity = 512) => _buffer = ArrayPool<byte>.Shared.Rent(capacity);

    public int Length => _position;
    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _position);
    internal byte[] Buffer => _buffer;

    public void Reset()
    {
        _position = 0;
        _types?.Clear();
    }

    public void Dispose()
    {
        if (_buffer is { } buffer)
        {
            _buffer = null;
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Span<byte> Reserve(int count)
    {
        if (_buffer.Length - _position < count)
            Grow(count);
        var span = _buffer.AsSpan(_position, count);
        _position += count;
        return span;
    }

    private void Grow(int count)
    {
        if ((long)_position + count > LengthMax)
            throw new WireFormatException($"The message is larger than the limit of {LengthMax} bytes.");
        var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(Math.Max((long)_buffer.Length * 2, (long)_position + count), Array.MaxLength));
        _buffer.AsSpan(0, _position).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }

    public void WriteByte(byte value) => Reserve(1)[0] = value;

    public void WriteVarUInt(ulong value)
    {
        if (value < 0x80)
        {
            Reserve(1)[0] = (byte)value;
            return;
        }

        var span = Reserve(10);
        var count = 0;
        while (value >= 0x80)
        {
            span[count++] = (byte)(value | 0x80);
            value >>= 7;
        }

        span[count++] = (byte)value;
        _position -= 10 - count;
    }

    /// <summary>Zigzag: small magnitudes of either sign take few bytes.</summary>
    public void WriteVarInt(long value) => WriteVarUInt((ulong)((value << 1) ^ (value >> 63)));

    public void WriteFixed32(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Reserve(4), value);
    public void WriteFixed64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Reserve(8), value);
    public void WriteRaw(scoped ReadOnlySpan<byte> bytes) => bytes.CopyTo(Reserve(bytes.Length));

    public void WriteBytes(scoped ReadOnlySpan<byte> bytes)
    {
        WriteVarUInt((ulong)bytes.Length);
        WriteRaw(bytes);
    }

    public void WriteString(string value)
    {
        var count = Encoding.UTF8.GetByteCount(value);
        WriteVarUInt((ulong)count);
        Encoding.UTF8.GetBytes(value, Reserve(count));
    }

    /// <summary>Leaves room for a length and gives the place to hand to <see cref="EndBlob"/>.</summary>
    public int BeginBlob()
    {
        Reserve(4);
        return _position;
    }

    public void EndBlob(int start) => BinaryPrimitives.WriteUInt32LittleEndian(_buffer.AsSpan(start - 4, 4), (uint)(_position - start));

    public void WriteTag(uint id, WireKind kind) => WriteVarUInt((((ulong)id + 1) << 2) | (byte)kind);

    /// <summary>Ends the members of one level of a type.</summary>
    public void WriteEnd() => WriteByte(0);

    /// <summary>Writes a type's name the first time, its place in the message's table afterwards.</summary>
    public void WriteType(Type type)
    {
        _types ??= [];
        if (_types.TryGetValue(type, out var index))
        {
            WriteVarUInt((ulong)index + 1);
            return;
        }

        _types.Add(type, _types.Count);
        WriteByte(0);
        WriteString(TypeNames.Format(type));
    }
}
