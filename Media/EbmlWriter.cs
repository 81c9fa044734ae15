using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Nsn.Media;

/// <summary>Writes EBML elements with known sizes.</summary>
internal sealed class EbmlWriter
{
    private readonly ArrayBufferWriter<byte> _buffer = new(4096);

    public ReadOnlyMemory<byte> Written => _buffer.WrittenMemory;

    public int Length => _buffer.WrittenCount;

    public void Master(uint id, EbmlWriter content) => Binary(id, content._buffer.WrittenSpan);

    public void Master(uint id, Action<EbmlWriter> write)
    {
        var content = new EbmlWriter();
        write(content);
        Master(id, content);
    }

    public void Binary(uint id, ReadOnlySpan<byte> content)
    {
        Id(id);
        Size(content.Length);
        _buffer.Write(content);
    }

    public void Text(uint id, string text) => Binary(id, Encoding.UTF8.GetBytes(text));

    public void Float(uint id, double value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteDoubleBigEndian(bytes, value);
        Binary(id, bytes);
    }

    public void Unsigned(uint id, ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        var skip = Math.Min(7, System.Numerics.BitOperations.LeadingZeroCount(value) / 8);
        Binary(id, bytes[skip..]);
    }

    /// <summary>An unsigned integer in exactly 8 bytes, so that elements whose content depends on their own length keep it.</summary>
    public void Unsigned8(uint id, ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        Binary(id, bytes);
    }

    public void Raw(ReadOnlySpan<byte> bytes) => _buffer.Write(bytes);

    public void Id(uint id)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, id);
        _buffer.Write(bytes[(System.Numerics.BitOperations.LeadingZeroCount(id) / 8)..]);
    }

    public void Size(long size)
    {
        Span<byte> bytes = stackalloc byte[8];
        var length = 1;
        while (size >= (1L << (7 * length)) - 1)
            length++;
        BinaryPrimitives.WriteInt64BigEndian(bytes, size | (1L << (7 * length)));
        _buffer.Write(bytes[(8 - length)..]);
    }
}
