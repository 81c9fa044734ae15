using System.Buffers.Binary;

namespace Nsn.WebRtc.Rtp;

/// <summary>Walks the packets of a compound RTCP packet (RFC 3550 section 6.1).</summary>
public ref struct RtcpReader(ReadOnlySpan<byte> compound)
{
    private ReadOnlySpan<byte> _rest = compound;

    /// <summary>The packet type, for example 200 for a sender report.</summary>
    public int Type { get; private set; }

    /// <summary>The five bits after the padding bit: a count or the format of feedback.</summary>
    public int Format { get; private set; }

    /// <summary>What follows the 4-byte header, without padding.</summary>
    public ReadOnlySpan<byte> Body { get; private set; }

    /// <summary>Moves to the next packet; false at the end or at the first malformed packet.</summary>
    public bool MoveNext()
    {
        if (_rest.Length < 4 || (_rest[0] >> 6) != 2)
        {
            return false;
        }

        int length = 4 * (BinaryPrimitives.ReadUInt16BigEndian(_rest[2..]) + 1);
        if (length > _rest.Length)
        {
            return false;
        }

        int padding = (_rest[0] & 0x20) != 0 ? _rest[length - 1] : 0;
        if (padding > length - 4)
        {
            return false;
        }

        Format = _rest[0] & 0x1F;
        Type = _rest[1];
        Body = _rest[4..(length - padding)];
        _rest = _rest[length..];
        return true;
    }
}
