using System.Net;
using Nsn.WebRtc.Network;
using Nsn.WebRtc.Srtp;
using Nsn.WebRtc.Stun;

namespace Nsn.WebRtc.Tests;

public class VectorTests
{
    private const string Password = "VOkJxbRl1RmTxUk/WvJxBt";

    [Fact]
    public void rfc_5769_sample_request_is_read_and_its_integrity_holds()
    {
        byte[] request = Convert.FromHexString(
            "000100582112a442b7e7a701bc34d686fa87dfae802200105354554e207465737420636c69656e74002400046e0001ff80290008932ff9b151263b36" +
            "00060009" + "6576746a3a68367659202020" + "00080014" + "9aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2" + "80280004" + "e57a3bcf");
        Assert.True(StunMessage.TryParse(request, out StunMessage message, out string? reason), reason);
        Assert.Equal(StunClass.Request, message.Class);
        Assert.Equal("evtj:h6vY", System.Text.Encoding.UTF8.GetString(message.Username));
        Assert.Equal(0x6e0001ffu, message.Priority);
        Assert.Equal(0x932ff9b151263b36u, message.Controlled);
        Assert.True(message.HasFingerprint);
        Assert.True(message.VerifyIntegrity(System.Text.Encoding.UTF8.GetBytes(Password)));
        Assert.False(message.VerifyIntegrity("another password"u8));
    }

    [Fact]
    public void rfc_5769_sample_response_gives_the_mapped_address()
    {
        byte[] response = Convert.FromHexString(
            "0101003c2112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220002000080001a147e112a643" +
            "000800142b91f599fd9e90c38c7489f92af9ba53f06be7d780280004c07d4c96");
        Assert.True(StunMessage.TryParse(response, out StunMessage message, out string? reason), reason);
        Assert.Equal(StunClass.SuccessResponse, message.Class);
        Assert.Equal(new IPEndPoint(IPAddress.Parse("192.0.2.1"), 32_853), message.MappedAddress!.Value.ToEndPoint());
        Assert.True(message.VerifyIntegrity(System.Text.Encoding.UTF8.GetBytes(Password)));
    }

    [Fact]
    public void rfc_5769_sample_response_gives_the_mapped_address_of_version_6()
    {
        byte[] response = Convert.FromHexString(
            "010100482112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9" +
            "00080014a382954e4be67bf11784c97c8292c275bfe3ed4180280004c8fb0b4c");
        Assert.True(StunMessage.TryParse(response, out StunMessage message, out string? reason), reason);
        Assert.Equal(StunClass.SuccessResponse, message.Class);
        Assert.Equal(new IPEndPoint(IPAddress.Parse("2001:db8:1234:5678:11:2233:4455:6677"), 32_853), message.MappedAddress!.Value.ToEndPoint());
        Assert.True(message.HasFingerprint);
        Assert.True(message.VerifyIntegrity(System.Text.Encoding.UTF8.GetBytes(Password)));
    }

    [Fact]
    public void rfc_5769_request_with_long_term_authentication_holds_with_the_key_of_name_realm_and_password()
    {
        byte[] request = Convert.FromHexString(
            "000100602112a44278ad3433c6ad72c029da412e00060012e3839ee38388e383aae38383e382afe382b900000015001c662f2f3439396b39353464364f4c33" +
            "346f4c394653547679363473410014000b6578616d706c652e6f72670000080014f67024656dd64a3e02b8e0712e85c9a28ca89666");
        Assert.True(StunMessage.TryParse(request, out StunMessage message, out string? reason), reason);
        Assert.Equal("マトリックス", System.Text.Encoding.UTF8.GetString(message.Username));
        Assert.False(message.HasFingerprint);
        Assert.True(message.HasIntegrity);

        // NONCE and REALM: a connectivity check has neither, so a lite agent refuses them with 420.
        Assert.Equal(0x15, message.UnknownRequired);
#pragma warning disable CA5351 // RFC 8489 section 9.2.2 makes the key of long-term credentials with MD5. The password is what SASLprep leaves of the RFC's.
        byte[] key = System.Security.Cryptography.MD5.HashData("マトリックス:example.org:TheMatrIX"u8);
#pragma warning restore CA5351
        Assert.True(message.VerifyIntegrity(key));
        Assert.False(message.VerifyIntegrity("TheMatrIX"u8));
    }

    [Theory]
    [InlineData("192.0.2.1", 32_853)]
    [InlineData("2001:db8:1234:5678:11:2233:4455:6677", 32_853)]
    public void mapped_address_is_written_as_it_is_read(string address, int port)
    {
        TransportAddress expected = TransportAddress.From(new IPEndPoint(IPAddress.Parse(address), port));
        byte[] buffer = new byte[StunMessage.LengthMax];
        StunWriter writer = new(buffer, StunClass.SuccessResponse, new byte[12]);
        writer.AddMappedAddress(expected);
        writer.AddIntegrity("secret"u8);
        writer.AddFingerprint();
        Assert.True(StunMessage.TryParse(buffer.AsSpan(0, writer.Length), out StunMessage message, out string? reason), reason);
        Assert.Equal(expected, message.MappedAddress);
        Assert.True(message.VerifyIntegrity("secret"u8));
    }

    [Fact]
    public void rfc_3711_appendix_b3_key_derivation()
    {
        byte[] key = Convert.FromHexString("E1F97A0D3E018BE0D64FA32C06DE4139");
        byte[] salt = Convert.FromHexString("0EC675AD498AFEEBB6960B3AABE6");
        Assert.Equal("C61E7A93744F39EE10734AFE3FF7A087", Convert.ToHexString(SrtpKeyDerivation.Derive(key, salt, SrtpKeyDerivation.RtpEncryption, 16)));
        Assert.Equal("30CBBC08863D8C85D49DB34A9AE1", Convert.ToHexString(SrtpKeyDerivation.Derive(key, salt, SrtpKeyDerivation.RtpSalt, 14)));
        Assert.Equal(
            "CEBE321F6FF7716B6FD4AB49AF256A156D38BAA48F0A0ACF3C34E2359E6CDBCEE049646C43D9327AD175578EF7227098" +
            "6371C10C9A369AC2F94A8C5FBCDDDC256D6E919A48B610EF17C2041E474035766B68642C59BBFC2F34DB60DBDFB2",
            Convert.ToHexString(SrtpKeyDerivation.Derive(key, salt, SrtpKeyDerivation.RtpAuthentication, 94)));
    }

    [Fact]
    public void replay_window_takes_each_index_once_and_nothing_too_old()
    {
        ReplayWindow window = default;
        ulong[] order = [100, 102, 101, 230, 103];
        foreach (ulong index in order)
        {
            Assert.True(window.IsNew(index));
            window.Accept(index);
            Assert.False(window.IsNew(index));
        }

        Assert.False(window.IsNew(102));
        Assert.True(window.IsNew(104));
        window.Accept(5_000);
        Assert.False(window.IsNew(5_000 - ReplayWindow.Size));
        Assert.True(window.IsNew(5_000 - ReplayWindow.Size + 1));
    }

    [Fact]
    public void replay_window_remembers_what_a_list_of_all_indexes_would()
    {
        Random random = new(5);
        ReplayWindow window = default;
        HashSet<ulong> seen = [];
        ulong highest = 0;
        for (int i = 0; i < 100_000; i++)
        {
            // Mostly the next few, now and then a jump, and something old in between.
            ulong index = random.Next(3) switch
            {
                0 => highest + (ulong)random.Next(1, random.Next(100) == 0 ? 3_000 : 4),
                1 => highest - Math.Min(highest, (ulong)random.Next(ReplayWindow.Size + 50)),
                _ => highest - Math.Min(highest, (ulong)random.Next(8)),
            };
            bool isNew = index > highest || (highest - index < ReplayWindow.Size && !seen.Contains(index));
            Assert.Equal(isNew, window.IsNew(index));
            if (isNew)
            {
                window.Accept(index);
                seen.Add(index);
                highest = Math.Max(highest, index);
            }
        }
    }

    [Fact]
    public void late_repeat_of_the_same_packet_is_opened_once()
    {
        byte[] key = [.. Enumerable.Range(1, 16).Select(i => (byte)i)];
        byte[] salt = [.. Enumerable.Range(1, 12).Select(i => (byte)i)];
        using SrtpSender sender = new(SrtpProfile.AeadAes128Gcm, key, salt);
        using SrtpReceiver receiver = new(SrtpProfile.AeadAes128Gcm, key, salt);
        byte[] late = Protect(100);
        for (ulong index = 0; index < 900; index++)
        {
            Assert.True(index == 100 || Open(Protect(index)));
        }

        // A second of an 8 Mbit/s stream later.
        Assert.True(Open(late));
        Assert.False(Open(late));

        byte[] Protect(ulong index)
        {
            byte[] packet = new byte[60];
            Rtp.RtpHeader.Write(packet, hasExtension: false, marker: false, 96, (ushort)index, 0, 7);
            return packet[..sender.ProtectRtp(packet, Rtp.RtpHeader.FixedLength, 40, index)];
        }

        bool Open(byte[] packet) => receiver.TryUnprotectRtp([.. packet], Rtp.RtpHeader.FixedLength, out _, out _, out _);
    }

    [Theory]
    [InlineData("09F0")]
    [InlineData("0605FF")]
    [InlineData("")]
    public void aggregate_starts_a_stream_whatever_comes_before_its_parameters(string before)
    {
        byte[] first = Convert.FromHexString(before);
        byte[] parameters = [0x67, 0x42, 0xE0, 0x1F];
        byte[] picture = [0x65, 0x88, 0x80];
        byte[] aggregate = [0x18, .. first.Length == 0 ? [] : Unit(first), .. Unit(parameters), .. Unit([0x68, 0xCE]), .. Unit(picture)];
        Assert.True(Rtp.FrameAssembler.StartsKeyFrame(Media.MediaCodec.H264, aggregate));
        Rtp.FrameAssembler assembler = new(Media.MediaCodec.H264);
        Assert.True(assembler.TryAdd(aggregate, 3_000, true, out byte[] frame, out bool isKeyFrame));
        Assert.True(isKeyFrame);
        Assert.EndsWith(Convert.ToHexString(picture), Convert.ToHexString(frame), StringComparison.Ordinal);
        Assert.False(Rtp.FrameAssembler.StartsKeyFrame(Media.MediaCodec.H264, aggregate.AsSpan(0, aggregate.Length - 1)));
        Assert.False(Rtp.FrameAssembler.StartsKeyFrame(Media.MediaCodec.H264, [0x18, .. Unit([0x41, 0x67])]));

        static byte[] Unit(byte[] bytes) => [0, (byte)bytes.Length, .. bytes];
    }
}
