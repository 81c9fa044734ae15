using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Nsn.WebRtc.Srtp;

/// <summary>Checks and opens what the peer sends (RFC 3711, RFC 7714), with a replay window per SSRC. Not thread-safe.</summary>
internal sealed class SrtpReceiver : IDisposable
{
    /// <summary>Most SSRCs that are remembered; packets of more are dropped.</summary>
    public const int SourcesMax = 64;

    private readonly SrtpProfile _profile;
    private readonly SrtpCipher _rtp;
    private readonly SrtpCipher _rtcp;
    private readonly Dictionary<uint, RtpSource> _rtpSources = [];
    private readonly Dictionary<uint, RtcpSource> _rtcpSources = [];

    public SrtpReceiver(SrtpProfile profile, ReadOnlySpan<byte> masterKey, ReadOnlySpan<byte> masterSalt)
        : this(
            profile,
            new SrtpCipher(profile, masterKey, masterSalt, isRtcp: false, encrypt: false),
            new SrtpCipher(profile, masterKey, masterSalt, isRtcp: true, encrypt: false))
    {
    }

    internal SrtpReceiver(SrtpProfile profile, SrtpCipher rtp, SrtpCipher rtcp)
    {
        _profile = profile;
        _rtp = rtp;
        _rtcp = rtcp;
    }

    /// <summary>Opens an RTP packet in place.</summary>
    /// <param name="packet">The datagram.</param>
    /// <param name="headerLength">Header with extensions, bytes, from the RTP parser.</param>
    /// <param name="length">What remains without the tag.</param>
    /// <param name="index">Rollover counter and sequence number, guessed as in RFC 3711 appendix A.</param>
    /// <param name="reason">Why it was dropped.</param>
    public bool TryUnprotectRtp(Span<byte> packet, int headerLength, out int length, out ulong index, out string? reason)
    {
        length = packet.Length - _profile.TagLength();
        index = 0;
        if (length < headerLength)
        {
            reason = "too short for the authentication tag";
            return false;
        }

        uint ssrc = BinaryPrimitives.ReadUInt32BigEndian(packet[8..]);
        ushort sequence = BinaryPrimitives.ReadUInt16BigEndian(packet[2..]);
        bool isKnown = _rtpSources.TryGetValue(ssrc, out RtpSource? source);
        if (!isKnown && _rtpSources.Count >= SourcesMax)
        {
            reason = "too many sources";
            return false;
        }

        index = isKnown ? GuessIndex(source!.HighestIndex, sequence) : sequence;
        if (isKnown && !source!.Window.IsNew(index))
        {
            reason = "replayed";
            return false;
        }

        if (!OpenRtp(packet, headerLength, length, ssrc, index))
        {
            reason = "the authentication tag is wrong";
            return false;
        }

        if (!isKnown)
        {
            _rtpSources.Add(ssrc, source = new RtpSource());
        }

        source!.Window.Accept(index);
        source.HighestIndex = Math.Max(source.HighestIndex, index);
        reason = null;
        return true;
    }

    /// <summary>Opens a compound RTCP packet in place.</summary>
    public bool TryUnprotectRtcp(Span<byte> packet, out int length, out string? reason)
    {
        bool gcm = _profile == SrtpProfile.AeadAes128Gcm;
        length = packet.Length - (gcm ? 20 : 14);
        if (length < 8)
        {
            reason = "too short for SRTCP";
            return false;
        }

        uint ssrc = BinaryPrimitives.ReadUInt32BigEndian(packet[4..]);
        Span<byte> trailer = packet.Slice(gcm ? length + 16 : length, 4);
        uint word = BinaryPrimitives.ReadUInt32BigEndian(trailer);
        uint index = word & 0x7FFF_FFFF;
        if ((word & 0x8000_0000) == 0)
        {
            reason = "not encrypted";
            return false;
        }

        bool isKnown = _rtcpSources.TryGetValue(ssrc, out RtcpSource? source);
        if (isKnown ? !source!.Window.IsNew(index) : _rtcpSources.Count >= SourcesMax)
        {
            reason = isKnown ? "replayed" : "too many sources";
            return false;
        }

        if (!OpenRtcp(packet, length, ssrc, index, trailer))
        {
            reason = "the authentication tag is wrong";
            return false;
        }

        if (!isKnown)
        {
            _rtcpSources.Add(ssrc, source = new RtcpSource());
        }

        source!.Window.Accept(index);
        reason = null;
        return true;
    }

    public void Dispose()
    {
        _rtp.Dispose();
        _rtcp.Dispose();
    }

    private static ulong GuessIndex(ulong highest, ushort sequence)
    {
        // The candidate nearest to the highest index so far.
        ulong candidate = (highest & ~0xFFFFUL) | sequence;
        if (candidate + 0x8000 < highest)
        {
            return candidate + 0x1_0000;
        }

        return candidate > highest + 0x8000 && candidate >= 0x1_0000 ? candidate - 0x1_0000 : candidate;
    }

    private bool OpenRtp(Span<byte> packet, int headerLength, int length, uint ssrc, ulong index)
    {
        uint rollover = (uint)(index >> 16);
        if (_profile == SrtpProfile.AeadAes128Gcm)
        {
            Span<byte> iv = stackalloc byte[12];
            SrtpSender.WriteGcmIv(iv, ssrc, rollover, (ushort)index);
            return _rtp.Gcm(iv, packet[..headerLength], [], packet[headerLength..length], packet[length..]);
        }

        Span<byte> rolloverBytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(rolloverBytes, rollover);
        Span<byte> tag = stackalloc byte[10];
        _rtp.Authenticate(packet[..length], rolloverBytes, tag);
        if (!CryptographicOperations.FixedTimeEquals(tag, packet[length..]))
        {
            return false;
        }

        _rtp.Counter(ssrc, index, packet[headerLength..length]);
        return true;
    }

    private bool OpenRtcp(Span<byte> packet, int length, uint ssrc, uint index, Span<byte> trailer)
    {
        if (_profile == SrtpProfile.AeadAes128Gcm)
        {
            Span<byte> iv = stackalloc byte[12];
            SrtpSender.WriteGcmRtcpIv(iv, ssrc, index);
            return _rtcp.Gcm(iv, packet[..8], trailer, packet[8..length], packet.Slice(length, 16));
        }

        Span<byte> tag = stackalloc byte[10];
        _rtcp.Authenticate(packet[..(length + 4)], [], tag);
        if (!CryptographicOperations.FixedTimeEquals(tag, packet[(length + 4)..]))
        {
            return false;
        }

        _rtcp.Counter(ssrc, index, packet[8..length]);
        return true;
    }

    private sealed class RtpSource
    {
        public ulong HighestIndex { get; set; }

        public ReplayWindow Window;
    }

    private sealed class RtcpSource
    {
        public ReplayWindow Window;
    }
}
