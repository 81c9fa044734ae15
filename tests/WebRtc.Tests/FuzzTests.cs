using System.Text;
using Nsn.WebRtc.Congestion;
using Nsn.WebRtc.Dtls;
using Nsn.WebRtc.Ice;
using Nsn.WebRtc.Media;
using Nsn.WebRtc.Rtp;
using Nsn.WebRtc.Sdp;
using Nsn.WebRtc.Stun;

namespace Nsn.WebRtc.Tests;

/// <summary>Parsers of bytes from outside never throw. NSN_FUZZ_ROUNDS makes the run as long as wanted.</summary>
public class FuzzTests
{
    private static readonly int Rounds = int.TryParse(Environment.GetEnvironmentVariable("NSN_FUZZ_ROUNDS"), out int rounds) ? rounds : 20_000;

    [Fact]
    public void binary_parsers_take_anything()
    {
        Random random = new(1);
        byte[] request = Convert.FromHexString(
            "000100582112a442b7e7a701bc34d686fa87dfae802200105354554e207465737420636c69656e74002400046e0001ff80290008932ff9b151263b36" +
            "000600096576746a3a68367659202020000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a280280004e57a3bcf");
        byte[] media = Convert.FromHexString("906000010000000011223344BEDE00022100012200000100" + "9080800001020304");
        byte[] report = Convert.FromHexString("81C9000711223344112233440000000000000001000000000000000000000000" + "81CE00021122334411223344" + "8FCD00051122334411223344000100070000010020070101010101010101");
        TransportFeedbackReader reader = new();
        List<PacketResult> results = [];
        FrameAssembler[] assemblers = [new(MediaCodec.Vp8), new(MediaCodec.Vp9), new(MediaCodec.H264), new(MediaCodec.Opus)];
        for (int i = 0; i < Rounds; i++)
        {
            byte[] stun = Mutate(random, request);
            if (StunMessage.TryParse(stun, out StunMessage message, out _))
            {
                message.VerifyIntegrity("password"u8);
            }

            byte[] rtp = Mutate(random, media);
            if (RtpHeader.TryParse(rtp, out RtpHeader header, out _))
            {
                header.TryGetExtension(rtp, random.Next(16), out _);
                foreach (FrameAssembler assembler in assemblers)
                {
                    assembler.TryAdd(rtp.AsSpan(header.Length), header.Timestamp, header.Marker, out _, out _);
                }
            }

            byte[] payload = new byte[random.Next(40)];
            random.NextBytes(payload);
            foreach (FrameAssembler assembler in assemblers)
            {
                assembler.TryAdd(payload, (uint)random.Next(3), random.Next(2) == 0, out _, out _);
            }

            RtcpReader rtcp = new(Mutate(random, report));
            while (rtcp.MoveNext())
            {
                reader.TryRead(rtcp.Body, results);
            }
        }
    }

    [Fact]
    public void text_parsers_take_anything()
    {
        Random random = new(2);
        using VirtualNetwork network = new();
        string answer = network.Answer;
        for (int i = 0; i < Rounds / 20; i++)
        {
            string text = Encoding.Latin1.GetString(Mutate(random, Encoding.Latin1.GetBytes(answer)));
            if (SessionDescription.TryParse(text, out SessionDescription? description, out _))
            {
                Negotiation.TryReadTransport(description!, out _, out _);
                foreach (SdpMedia media in description!.Media)
                {
                    RtpCodec.ReadAll(media);
                    RtpExtensionIds.Read(media);
                }

                _ = description.ToString();
            }

            _ = IceFragment.TryParse(text, out _, out _);
            _ = IceCandidate.TryParse(text[..Math.Min(80, text.Length)], out _);
        }
    }

    [Fact]
    public void dtls_takes_any_record_in_any_state_and_keeps_little_of_it()
    {
        Random random = new(4);
        using DtlsCertificate certificate = DtlsCertificate.CreateEphemeral();
        byte[] datagram = new byte[Sessions.WebRtcSession.DatagramMax];
        TimeSpan now = TimeSpan.FromSeconds(1);
        for (int round = 0; round < Rounds / 200; round++)
        {
            using OpenSslDtlsTransport client = new(certificate, DtlsRole.Client, certificate.Fingerprint);
            using OpenSslDtlsTransport server = new(certificate, DtlsRole.Server, certificate.Fingerprint);
            client.Start(now);
            server.Start(now);
            long before = GC.GetAllocatedBytesForCurrentThread();
            long handled = 0;
            for (int flight = 0; flight < 6; flight++)
            {
                Carry(client, server);
                Carry(server, client);
            }

            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated < 200_000 + (20 * handled), $"{handled} bytes made {allocated} bytes of memory");

            void Carry(OpenSslDtlsTransport from, OpenSslDtlsTransport to)
            {
                while (from.PollDatagram(datagram) is > 0 and int length)
                {
                    for (int copies = random.Next(3); copies > 0; copies--)
                    {
                        byte[] mutated = Mutate(random, datagram[..length]);
                        handled += mutated.Length;
                        if (mutated.Length > 0)
                        {
                            to.Handle(mutated, now);
                        }
                    }

                    handled += length;
                    to.Handle(datagram.AsSpan(0, length), now);
                    while (to.PollApplicationData(new byte[2_048]) > 0)
                    {
                    }
                }
            }
        }
    }

    [Fact]
    public void session_takes_any_report_and_sends_no_more_for_it_than_its_estimate()
    {
        Random random = new(4);
        using VirtualNetwork network = new(seed: 4);
        network.Connect();
        TestVideo.Send(network, 30);
        byte[] ssrc = new byte[4];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(ssrc, network.Server.VideoSsrc);
        string ours = Convert.ToHexString(ssrc);

        // A receiver report, NACK, PLI, FIR, REMB and transport-wide feedback about our track.
        byte[] compound = Convert.FromHexString(
            "81C9000711223344" + ours + "000000000000000000000000000000000000000081CD0003" + "11223344" + ours + "0001FFFF" + "81CE000211223344" + ours
            + "84CE000411223344" + "00000000" + ours + "01000000" + "8FCE000511223344" + "00000000" + "52454D42" + "01030D40" + ours
            + "8FCD000511223344" + ours + "000100070000010020070101");
        network.RecordToClient = true;
        long most = network.Server.EstimatedBitrate;
        TimeSpan start = network.Now;
        for (int i = 0; i < Rounds / 10; i++)
        {
            network.Server.HandleRtcp(i == 0 ? compound : Mutate(random, compound), network.Now);
            network.Run(0.002);
            most = Math.Max(most, network.Server.EstimatedBitrate);
        }

        double seconds = (network.Now - start).TotalSeconds;
        double megabits = network.ToClient.Sum(datagram => (long)datagram.Length) * 8 / 1e6;
        Assert.True(megabits < most / 1e6 * (seconds + 1), $"{megabits:F1} Mbit in {seconds:F1} s for an estimate of at most {most / 1e6:F1} Mbit/s");
        Assert.Equal(Sessions.SessionState.Connected, network.Server.State);
    }

    [Fact]
    public void estimate_falls_when_delay_grows_and_recovers()
    {
        BandwidthEstimator estimator = new(2_000_000, 10_000_000);
        TimeSpan now = TimeSpan.FromSeconds(1);
        TimeSpan queue = TimeSpan.Zero;
        long Feed(int count, TimeSpan growth)
        {
            for (int i = 0; i < count; i++)
            {
                List<PacketResult> batch = [];
                for (int j = 0; j < 5; j++)
                {
                    now += TimeSpan.FromMilliseconds(10);
                    queue += growth;
                    batch.Add(new PacketResult(now, 2_000, now + queue + TimeSpan.FromMilliseconds(20)));
                }

                estimator.OnFeedback(batch, now);
            }

            return estimator.BitsPerSecond;
        }

        long steady = Feed(100, TimeSpan.Zero);
        Assert.True(steady >= 2_000_000, $"{steady}");
        long congested = Feed(40, TimeSpan.FromMilliseconds(3));
        Assert.True(congested < steady * 0.8, $"{steady} -> {congested}");
        queue = TimeSpan.Zero;
        Assert.True(Feed(400, TimeSpan.Zero) > congested);
    }

    private static byte[] Mutate(Random random, byte[] original)
    {
        byte[] copy = [.. original];
        int changes = random.Next(4);
        for (int i = 0; i < changes; i++)
        {
            copy[random.Next(copy.Length)] = (byte)random.Next(256);
        }

        return random.Next(4) == 0 ? copy[..random.Next(copy.Length + 1)] : copy;
    }
}
