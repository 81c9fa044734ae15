using Nsn.WebRtc.Rtp;
using Nsn.WebRtc.Srtp;

namespace Nsn.WebRtc.Tests;

/// <summary>How a receiver tells which round of the 16-bit numbers a packet belongs to (RFC 3711 section 3.3.1), and of how many sources it keeps count.</summary>
public class SrtpReceiverTests
{
    private static readonly byte[] Key = [.. Enumerable.Range(1, 16).Select(value => (byte)value)];

    [Theory]
    [InlineData(SrtpProfile.AeadAes128Gcm)]
    [InlineData(SrtpProfile.Aes128CmHmacSha1Tag80)]
    public void packets_that_overtake_each_other_at_the_wrap_belong_to_their_own_rounds(SrtpProfile profile)
    {
        using SrtpSender sender = new(profile, Key, new byte[profile.SaltLength()]);
        using SrtpReceiver receiver = new(profile, Key, new byte[profile.SaltLength()]);
        foreach (ulong index in new ulong[] { 65_530, 65_537, 65_534, 65_536, 65_535, 66_000, 98_000, 130_000, 131_073, 131_071, 131_072, 131_080 })
        {
            Assert.True(TryOpen(sender, receiver, ssrc: 7, index, out ulong opened, out string? reason), $"{index}: {reason}");
            Assert.Equal(index, opened);
        }

        // What was opened once, and what is older than the window, in either round.
        foreach (ulong index in new ulong[] { 131_071, 131_080, 130_000 })
        {
            Assert.False(TryOpen(sender, receiver, ssrc: 7, index, out _, out string? reason));
            Assert.Equal("replayed", reason);
        }
    }

    [Fact]
    public void packet_that_is_not_the_peers_moves_no_count_and_one_source_too_many_is_dropped()
    {
        SrtpProfile profile = SrtpProfile.AeadAes128Gcm;
        using SrtpSender sender = new(profile, Key, new byte[profile.SaltLength()]);
        using SrtpSender stranger = new(profile, new byte[16], new byte[profile.SaltLength()]);
        using SrtpReceiver receiver = new(profile, Key, new byte[profile.SaltLength()]);
        Assert.True(TryOpen(sender, receiver, ssrc: 1, 1_000, out _, out _));
        Assert.False(TryOpen(stranger, receiver, ssrc: 1, 33_000, out _, out _));
        Assert.True(TryOpen(sender, receiver, ssrc: 1, 1_001, out ulong opened, out _));
        Assert.Equal(1_001UL, opened);
        for (uint ssrc = 2; ssrc <= SrtpReceiver.SourcesMax; ssrc++)
        {
            // Nobody takes a place who is not the peer.
            Assert.False(TryOpen(stranger, receiver, ssrc + 1_000, 1, out _, out _));
            Assert.True(TryOpen(sender, receiver, ssrc, 1, out _, out _));
        }

        Assert.False(TryOpen(sender, receiver, ssrc: 5_000, 1, out _, out string? reason));
        Assert.Equal("too many sources", reason);
    }

    private static bool TryOpen(SrtpSender sender, SrtpReceiver receiver, uint ssrc, ulong index, out ulong opened, out string? reason)
    {
        byte[] packet = new byte[RtpHeader.FixedLength + 20 + 16];
        RtpHeader.Write(packet, hasExtension: false, marker: false, 96, (ushort)index, 0, ssrc);
        int length = sender.ProtectRtp(packet, RtpHeader.FixedLength, RtpHeader.FixedLength + 20, index);
        return receiver.TryUnprotectRtp(packet.AsSpan(0, length), RtpHeader.FixedLength, out _, out opened, out reason);
    }
}
