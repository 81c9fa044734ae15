using System.Buffers.Binary;

namespace Nsn.WebRtc.Sctp;

/// <summary>Walks the chunks of a packet, or the parameters of a chunk: both are type, length, value and padding to four bytes.</summary>
internal ref struct ChunkReader(ReadOnlySpan<byte> data)
{
    private ReadOnlySpan<byte> _rest = data;

    /// <summary>Set when the walk ended because a length did not fit.</summary>
    public bool Malformed { get; private set; }

    /// <summary>The next chunk: its type, flags and value without header.</summary>
    public bool TryReadChunk(out ChunkType type, out byte flags, out ReadOnlySpan<byte> value)
    {
        if (!TryTake(out ushort head, out value))
        {
            type = default;
            flags = 0;
            return false;
        }

        type = (ChunkType)(head >> 8);
        flags = (byte)head;
        return true;
    }

    /// <summary>The next parameter: its type and value without header.</summary>
    public bool TryReadParameter(out ushort type, out ReadOnlySpan<byte> value) => TryTake(out type, out value);

    private bool TryTake(out ushort head, out ReadOnlySpan<byte> value)
    {
        head = 0;
        value = default;
        if (_rest.IsEmpty)
            return false;
        if (_rest.Length < 4)
        {
            Malformed = true;
            return false;
        }

        int length = BinaryPrimitives.ReadUInt16BigEndian(_rest[2..]);
        if (length < 4 || length > _rest.Length)
        {
            Malformed = true;
            return false;
        }

        head = BinaryPrimitives.ReadUInt16BigEndian(_rest);
        value = _rest[4..length];
        // The last chunk's padding may be missing; a receiver takes it all the same.
        _rest = _rest[Math.Min((length + 3) & ~3, _rest.Length)..];
        return true;
    }
}
