using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Nsn.WebRtc.Sctp;

/// <summary>
/// The state cookie (RFC 9260 section 5.1.3): everything that the answer to an INIT promised, authenticated with a key of this association,
/// so that an INIT costs no memory.
/// </summary>
internal static class StateCookie
{
    private const int BodyLength = 36;
    private const int Length = BodyLength + HMACSHA256.HashSizeInBytes;

    public static byte[] Create(ReadOnlySpan<byte> key, uint localTag, in HandshakeParameters peer, TimeSpan now)
    {
        byte[] cookie = new byte[Length];
        Span<byte> span = cookie;
        BinaryPrimitives.WriteUInt32BigEndian(span, localTag);
        BinaryPrimitives.WriteUInt32BigEndian(span[4..], peer.InitiateTag);
        BinaryPrimitives.WriteUInt32BigEndian(span[8..], peer.ReceiveWindow);
        BinaryPrimitives.WriteUInt16BigEndian(span[12..], peer.OutboundStreams);
        BinaryPrimitives.WriteUInt16BigEndian(span[14..], peer.InboundStreams);
        BinaryPrimitives.WriteUInt32BigEndian(span[16..], peer.InitialTsn);
        span[20] = peer.ForwardTsn ? (byte)1 : (byte)0;
        span[21] = peer.Reconfiguration ? (byte)1 : (byte)0;
        span[22] = peer.ZeroChecksum ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt64BigEndian(span[24..], now.Ticks);
        HMACSHA256.HashData(key, span[..BodyLength], span[BodyLength..]);
        return cookie;
    }

    public static bool TryOpen(ReadOnlySpan<byte> key, ReadOnlySpan<byte> cookie, out uint localTag, out HandshakeParameters peer, out TimeSpan createdAt)
    {
        localTag = 0;
        peer = default;
        createdAt = default;
        if (cookie.Length != Length)
            return false;
        Span<byte> expected = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, cookie[..BodyLength], expected);
        if (!CryptographicOperations.FixedTimeEquals(expected, cookie[BodyLength..]))
            return false;
        localTag = BinaryPrimitives.ReadUInt32BigEndian(cookie);
        peer.InitiateTag = BinaryPrimitives.ReadUInt32BigEndian(cookie[4..]);
        peer.ReceiveWindow = BinaryPrimitives.ReadUInt32BigEndian(cookie[8..]);
        peer.OutboundStreams = BinaryPrimitives.ReadUInt16BigEndian(cookie[12..]);
        peer.InboundStreams = BinaryPrimitives.ReadUInt16BigEndian(cookie[14..]);
        peer.InitialTsn = BinaryPrimitives.ReadUInt32BigEndian(cookie[16..]);
        peer.ForwardTsn = cookie[20] != 0;
        peer.Reconfiguration = cookie[21] != 0;
        peer.ZeroChecksum = cookie[22] != 0;
        createdAt = TimeSpan.FromTicks(BinaryPrimitives.ReadInt64BigEndian(cookie[24..]));
        return true;
    }
}
