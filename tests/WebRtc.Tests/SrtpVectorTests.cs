using Nsn.WebRtc.Rtp;
using Nsn.WebRtc.Srtp;

namespace Nsn.WebRtc.Tests;

/// <summary>The published examples: RFC 3711 appendix B.2, the RTP packet of libsrtp's own self-test, RFC 7714 sections 16 and 17.</summary>
public class SrtpVectorTests
{
    // RFC 7714 section 16 gives session keys: K is the cipher's key, and the salt is the cipher's salt.
    private const string GcmKey = "000102030405060708090A0B0C0D0E0F";
    private const string GcmSalt = "517569642070726F2071756F";
    private const string GcmRtp =
        "8040F17B8041F8D35501A0B247616C6C696120657374206F6D6E69732064697669736120696E207061727465732074726573";
    private const string GcmRtpProtected =
        "8040F17B8041F8D35501A0B2F24DE3A3FB34DE6CACBA861C9D7E4BCABE633BD50D294E6F42A5F47A51C7D19B36DE3ADF8833899D7F27BEB16A9152CF765EE4390CCE";
    private const string GcmRtcp =
        "81C8000D4D6172734E5450314E545032525450200000042A0000E9304C756E61DEADBEEFDEADBEEFDEADBEEFDEADBEEFDEADBEEF";
    private const string GcmRtcpProtected =
        "81C8000D4D61727363E94885DCDAB67CA727D7662F6B7E997FF5C0F76C06F32DC676A5F1730D6FDA4CE09B4686303DED0BB9275BC84AA45896CF4D2FC5ABF87245D9EADE800005D4";

    [Fact]
    public void rfc_3711_appendix_b2_key_stream()
    {
        byte[] stream = new byte[0xFF02 * 16];
        using SrtpCipher cipher = new(
            SrtpProfile.Aes128CmHmacSha1Tag80,
            Convert.FromHexString("2B7E151628AED2A6ABF7158809CF4F3C"),
            Convert.FromHexString("F0F1F2F3F4F5F6F7F8F9FAFBFCFD"),
            new byte[20],
            encrypt: true);
        cipher.Counter(ssrc: 0, index: 0, stream);
        Assert.Equal("E03EAD0935C95E80E166B16DD92B4EB4D23513162B02D0F72A43A2FE4A5F97AB41E95B3BB0A2E8DD477901E4FCA894C0", Convert.ToHexString(stream, 0, 48));
        Assert.Equal(
            "EC8CDF7398607CB0F2D21675EA9EA1E4362B7C3C6773516318A077D7FC5073AE6A2CC3787889374FBEB4C81B17BA6C44", Convert.ToHexString(stream, 0xFEFF * 16, 48));
    }

    [Fact]
    public void aes_counter_mode_with_hmac_protects_and_opens_the_reference_packet()
    {
        byte[] key = Convert.FromHexString("E1F97A0D3E018BE0D64FA32C06DE4139");
        byte[] salt = Convert.FromHexString("0EC675AD498AFEEBB6960B3AABE6");
        const string Plain = "800F1234DECAFBADCAFEBABEABABABABABABABABABABABABABABABAB";
        const string Protected = "800F1234DECAFBADCAFEBABE4E55DC4CE79978D88CA4D215949D2402B78D6ACC99EA179B8DBB";
        byte[] packet = [.. Convert.FromHexString(Plain), .. new byte[10]];
        using SrtpSender sender = new(SrtpProfile.Aes128CmHmacSha1Tag80, key, salt);
        Assert.Equal(38, sender.ProtectRtp(packet, RtpHeader.FixedLength, 28, 0x1234));
        Assert.Equal(Protected, Convert.ToHexString(packet));
        using SrtpReceiver receiver = new(SrtpProfile.Aes128CmHmacSha1Tag80, key, salt);
        Assert.True(receiver.TryUnprotectRtp(packet, RtpHeader.FixedLength, out int length, out ulong index, out string? reason), reason);
        Assert.Equal(0x1234u, index);
        Assert.Equal(Plain, Convert.ToHexString(packet, 0, length));
    }

    [Fact]
    public void rfc_7714_section_16_rtp_packet_is_protected_and_opened()
    {
        byte[] packet = [.. Convert.FromHexString(GcmRtp), .. new byte[16]];
        using SrtpSender sender = new(SrtpProfile.AeadAes128Gcm, Gcm(encrypt: true), Gcm(encrypt: true));
        Assert.Equal(packet.Length, sender.ProtectRtp(packet, RtpHeader.FixedLength, packet.Length - 16, 0xF17B));
        Assert.Equal(GcmRtpProtected, Convert.ToHexString(packet));
        using SrtpReceiver receiver = new(SrtpProfile.AeadAes128Gcm, Gcm(encrypt: false), Gcm(encrypt: false));
        Assert.True(receiver.TryUnprotectRtp(packet, RtpHeader.FixedLength, out int length, out _, out string? reason), reason);
        Assert.Equal(GcmRtp, Convert.ToHexString(packet, 0, length));
    }

    [Fact]
    public void rfc_7714_section_17_rtcp_packet_is_protected_and_opened()
    {
        byte[] packet = [.. Convert.FromHexString(GcmRtcp), .. new byte[20]];
        using SrtpSender sender = new(SrtpProfile.AeadAes128Gcm, Gcm(encrypt: true), Gcm(encrypt: true), rtcpIndex: 0x5D4);
        Assert.Equal(packet.Length, sender.ProtectRtcp(packet, packet.Length - 20));
        Assert.Equal(GcmRtcpProtected, Convert.ToHexString(packet));
        using SrtpReceiver receiver = new(SrtpProfile.AeadAes128Gcm, Gcm(encrypt: false), Gcm(encrypt: false));
        Assert.True(receiver.TryUnprotectRtcp(packet, out int length, out string? reason), reason);
        Assert.Equal(GcmRtcp, Convert.ToHexString(packet, 0, length));
    }

    [Fact]
    public void rfc_7714_section_17_rtcp_packet_without_encryption_is_refused()
    {
        // DTLS-SRTP has agreed on encryption, so a packet that is signed only is none of the peer's.
        byte[] packet = Convert.FromHexString(GcmRtcp + "841DD9683DD78EC92AE58790125F62B3" + "000005D4");
        using SrtpReceiver receiver = new(SrtpProfile.AeadAes128Gcm, Gcm(encrypt: false), Gcm(encrypt: false));
        Assert.False(receiver.TryUnprotectRtcp(packet, out _, out string? reason));
        Assert.Equal("not encrypted", reason);
    }

    [Fact]
    public void a_changed_bit_anywhere_in_the_gcm_packet_is_refused()
    {
        for (int bit = 0; bit < GcmRtpProtected.Length * 4; bit++)
        {
            byte[] packet = Convert.FromHexString(GcmRtpProtected);
            packet[bit / 8] ^= (byte)(1 << (bit % 8));
            using SrtpReceiver receiver = new(SrtpProfile.AeadAes128Gcm, Gcm(encrypt: false), Gcm(encrypt: false));
            Assert.False(receiver.TryUnprotectRtp(packet, RtpHeader.FixedLength, out _, out _, out _), $"bit {bit}");
        }
    }

    private static SrtpCipher Gcm(bool encrypt) =>
        new(SrtpProfile.AeadAes128Gcm, Convert.FromHexString(GcmKey), Convert.FromHexString(GcmSalt), new byte[20], encrypt);
}
