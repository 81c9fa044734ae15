using System.Buffers.Binary;

namespace Nsn.WebRtc.Srtp;

/// <summary>Protects what we send (RFC 3711, RFC 7714). Not thread-safe.</summary>
internal sealed class SrtpSender : IDisposable
{
    private readonly SrtpProfile _profile;
    private readonly SrtpCipher _rtp;
    private readonly SrtpCipher _rtcp;
    private uint _rtcpIndex;

    public SrtpSender(SrtpProfile profile, ReadOnlySpan<byte> masterKey, ReadOnlySpan<byte> masterSalt)
        : this(
            profile,
            new SrtpCipher(profile, masterKey, masterSalt, isRtcp: false, encrypt: true),
            new SrtpCipher(profile, masterKey, masterSalt, isRtcp: true, encrypt: true))
    {
    }

    internal SrtpSender(SrtpProfile profile, SrtpCipher rtp, SrtpCipher rtcp, uint rtcpIndex = 0)
    {
        _profile = profile;
        TagLength = profile.TagLength();
        _rtp = rtp;
        _rtcp = rtcp;
        _rtcpIndex = rtcpIndex;
    }

    public int TagLength { get; }

    /// <summary>Protects an RTP packet in place. The same index must never be used for two different packets of one SSRC.</summary>
    /// <param name="packet">The packet and room for the tag behind it.</param>
    /// <param name="headerLength">Header with extensions, bytes.</param>
    /// <param name="length">Header and payload, bytes.</param>
    /// <param name="index">Rollover counter and sequence number.</param>
    /// <returns>The length with the tag.</returns>
    public int ProtectRtp(Span<byte> packet, int headerLength, int length, ulong index)
    {
        uint ssrc = BinaryPrimitives.ReadUInt32BigEndian(packet[8..]);
        uint rollover = (uint)(index >> 16);
        if (_profile == SrtpProfile.AeadAes128Gcm)
        {
            Span<byte> iv = stackalloc byte[12];
            WriteGcmIv(iv, ssrc, rollover, (ushort)index);
            _rtp.Gcm(iv, packet[..headerLength], [], packet[headerLength..length], packet.Slice(length, 16));
            return length + 16;
        }

        _rtp.Counter(ssrc, index, packet[headerLength..length]);
        Span<byte> rolloverBytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(rolloverBytes, rollover);
        _rtp.Authenticate(packet[..length], rolloverBytes, packet.Slice(length, 10));
        return length + 10;
    }

    /// <summary>Protects a compound RTCP packet in place; the buffer must have room for the tag and 4 bytes more.</summary>
    public int ProtectRtcp(Span<byte> packet, int length)
    {
        uint index = _rtcpIndex;
        _rtcpIndex = (_rtcpIndex + 1) & 0x7FFF_FFFF;
        uint ssrc = BinaryPrimitives.ReadUInt32BigEndian(packet[4..]);
        Span<byte> trailer = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(trailer, index | 0x8000_0000);
        if (_profile == SrtpProfile.AeadAes128Gcm)
        {
            Span<byte> iv = stackalloc byte[12];
            WriteGcmRtcpIv(iv, ssrc, index);
            _rtcp.Gcm(iv, packet[..8], trailer, packet[8..length], packet.Slice(length, 16));
            trailer.CopyTo(packet[(length + 16)..]);
            return length + 20;
        }

        _rtcp.Counter(ssrc, index, packet[8..length]);
        trailer.CopyTo(packet[length..]);
        _rtcp.Authenticate(packet[..(length + 4)], [], packet.Slice(length + 4, 10));
        return length + 14;
    }

    public void Dispose()
    {
        _rtp.Dispose();
        _rtcp.Dispose();
    }

    internal static void WriteGcmIv(Span<byte> iv, uint ssrc, uint rollover, ushort sequence)
    {
        iv[0] = iv[1] = 0;
        BinaryPrimitives.WriteUInt32BigEndian(iv[2..], ssrc);
        BinaryPrimitives.WriteUInt32BigEndian(iv[6..], rollover);
        BinaryPrimitives.WriteUInt16BigEndian(iv[10..], sequence);
    }

    internal static void WriteGcmRtcpIv(Span<byte> iv, uint ssrc, uint index)
    {
        iv.Clear();
        BinaryPrimitives.WriteUInt32BigEndian(iv[2..], ssrc);
        BinaryPrimitives.WriteUInt32BigEndian(iv[8..], index);
    }
}
