using System.Buffers.Binary;

namespace Nsn.WebRtc.Sctp;

/// <summary>Writes one packet into a buffer that the caller owns: common header first, then chunks, the checksum last.</summary>
internal ref struct PacketWriter
{
    /// <summary>Bytes of the common header (RFC 9260 section 3.1).</summary>
    public const int HeaderLength = 12;

    private readonly Span<byte> _buffer;

    public PacketWriter(Span<byte> buffer, ushort sourcePort, ushort destinationPort, uint verificationTag)
    {
        _buffer = buffer;
        BinaryPrimitives.WriteUInt16BigEndian(buffer, sourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(buffer[2..], destinationPort);
        BinaryPrimitives.WriteUInt32BigEndian(buffer[4..], verificationTag);
        BinaryPrimitives.WriteUInt32BigEndian(buffer[8..], 0);
        Length = HeaderLength;
    }

    /// <summary>Bytes written so far.</summary>
    public int Length { get; private set; }

    /// <summary>Bytes that still fit.</summary>
    public readonly int Space => _buffer.Length - Length;

    /// <summary>Whether a chunk has been written.</summary>
    public readonly bool HasChunks => Length > HeaderLength;

    /// <summary>Starts a chunk whose value has <paramref name="valueLength"/> bytes; the caller fills the span that comes back.</summary>
    public Span<byte> BeginChunk(ChunkType type, byte flags, int valueLength)
    {
        int length = 4 + valueLength;
        Span<byte> chunk = _buffer[Length..];
        chunk[0] = (byte)type;
        chunk[1] = flags;
        BinaryPrimitives.WriteUInt16BigEndian(chunk[2..], (ushort)length);
        int padded = (length + 3) & ~3;
        chunk[length..padded].Clear();
        Length += padded;
        return chunk[4..length];
    }

    /// <summary>Copies a finished chunk (with its header).</summary>
    public void AppendChunk(ReadOnlySpan<byte> chunk)
    {
        chunk.CopyTo(_buffer[Length..]);
        int padded = (chunk.Length + 3) & ~3;
        _buffer.Slice(Length + chunk.Length, padded - chunk.Length).Clear();
        Length += padded;
    }

    /// <summary>Writes the checksum, or leaves it zero where the peer accepts that (RFC 9653).</summary>
    public readonly void Finish(bool zeroChecksum)
    {
        if (!zeroChecksum)
            BinaryPrimitives.WriteUInt32LittleEndian(_buffer[8..], Crc32C.Compute(_buffer[..Length]));
    }
}
