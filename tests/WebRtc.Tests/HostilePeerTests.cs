using System.Buffers.Binary;
using System.Text;
using Nsn.WebRtc.Dtls;
using Nsn.WebRtc.Media;
using Nsn.WebRtc.Sctp;
using Nsn.WebRtc.Sdp;
using Nsn.WebRtc.Sessions;

namespace Nsn.WebRtc.Tests;

/// <summary>What comes authenticated from a peer that means ill, and descriptions that somebody has cut up, never throw. NSN_FUZZ_ROUNDS makes the run as long as wanted.</summary>
public class HostilePeerTests
{
    private const uint Source = 0x1122_3344;
    private static readonly int Rounds = int.TryParse(Environment.GetEnvironmentVariable("NSN_FUZZ_ROUNDS"), out int rounds) ? rounds : 20_000;

    [Theory]
    [InlineData(MediaCodec.Vp8)]
    [InlineData(MediaCodec.Vp9)]
    [InlineData(MediaCodec.H264)]
    public void publisher_may_send_anything_and_is_understood_again_as_soon_as_it_behaves(MediaCodec codec)
    {
        Random random = new(5);
        for (int round = 0; round < Rounds; round += 500)
        {
            using HostilePeer peer = new(round, codec, publishes: true);
            ulong index = (ulong)random.Next(32_768);
            uint timestamp = 0;
            for (int i = 0; i < 500; i++)
            {
                index += random.Next(20) == 0 ? (ulong)random.Next(4_000) : random.Next(5) == 0 ? 2U : 1U;
                timestamp += random.Next(40) switch { 0 => 0x8000_0000, 1 => (uint)random.NextInt64(1L << 32), < 12 => (uint)random.Next(6_000), _ => 0 };
                byte[] payload = Mutate(random, Payloads(codec)[random.Next(Payloads(codec).Length)]);
                peer.SendRtp(
                    FirstByte(random), random.Next(8) == 0 ? (byte)random.Next(128) : PayloadType(random, codec), random.Next(3) == 0, index, timestamp,
                    random.Next(8) == 0 ? (uint)random.Next(40) : Source, payload);
                Disturb(peer, random);
            }

            if (peer.Closed is { } closed)
            {
                Assert.NotEqual(CloseReason.Failed, closed.Reason);
                continue;
            }

            // Longer than a gap is waited for, far shorter than what a stream keeps.
            int before = peer.Frames;
            for (int i = 0; i < 150; i++)
            {
                peer.SendRtp(0x80, PayloadType(codec), marker: true, ++index, timestamp += 3_000, Source, Payloads(codec)[0]);
                peer.Advance(TimeSpan.FromMilliseconds(20));
            }

            Assert.True(peer.Frames - before >= 50, $"round {round}: of 150 whole key frames in a row {peer.Frames - before} came out ({peer.Session.State}, {peer.Session.LastDropReason})");
        }
    }

    [Fact]
    public void viewer_may_send_anything_that_is_authenticated()
    {
        Random random = new(6);
        for (int round = 0; round < Rounds; round += 500)
        {
            using HostilePeer peer = new(round, MediaCodec.Vp8, publishes: false);
            for (int i = 0; i < 500; i++)
            {
                if (i % 10 == 0)
                {
                    peer.Session.SendFrame(MediaFrame.Create(
                        MediaCodec.Vp8, TestVideo.Frame(i / 10, 3_000), (uint)(i * 300), isKeyFrame: i % 100 == 0, captureTime: peer.Now));
                }

                peer.SendRtcp(Mutate(random, Reports(peer.Session.VideoSsrc)));
                Disturb(peer, random);
            }

            Assert.NotEqual(CloseReason.Failed, peer.Closed?.Reason);
        }
    }

    [Fact]
    public void stream_goes_on_where_a_second_gap_opens_while_the_first_one_is_still_waited_for()
    {
        using HostilePeer peer = new(1, MediaCodec.Vp8, publishes: true);
        byte[] keyFrame = Payloads(MediaCodec.Vp8)[0];
        ulong index = 1_000;
        Send();
        Assert.Equal(1, peer.Frames);

        // 5,000 packets a second: more than a stream keeps are here before the first lost one is given up, and right then another one is lost.
        index++;
        for (int i = 0; i < 2_047; i++)
        {
            Send();
        }

        index++;
        Send();
        int before = peer.Frames;
        for (int i = 0; i < 100; i++)
        {
            Send();
            peer.Advance(TimeSpan.FromMilliseconds(10));
        }

        Assert.True(peer.Frames - before > 90, $"of 100 frames after the gaps {peer.Frames - before} came out");

        void Send() => peer.SendRtp(0x80, PayloadType(MediaCodec.Vp8), marker: true, ++index, (uint)(index * 18), Source, keyFrame);
    }

    [Fact]
    public void offers_and_answers_that_were_cut_up_are_answered_or_refused()
    {
        Random random = new(7);
        using DtlsCertificate certificate = DtlsCertificate.CreateEphemeral();
        string[] offers = [.. OfferTests.All.Select(row => OfferTests.ReadText(row.Data))];
        for (int i = 0; i < Rounds / 20; i++)
        {
            string offer = Rearrange(random, offers[random.Next(offers.Length)], offers[random.Next(offers.Length)]);
            SessionOptions options = new()
            {
                Certificate = certificate,
                VideoCodecs = [MediaCodec.Vp8, MediaCodec.H264, MediaCodec.Vp9],
                SendMedia = random.Next(2) == 0,
                ReceiveMedia = random.Next(2) == 0,
            };
            using WebRtcSession client = WebRtcSession.CreateOffer(options with { SendMedia = true, ReceiveMedia = true }, out string ours);
            bool isAnswered = WebRtcSession.TryAccept(offer, options, TimeSpan.Zero, out WebRtcSession? session, out string answer, out string? reason);
            Assert.True(isAnswered == (reason is null), $"{isAnswered}: {reason}\n{offer}");
            using (session)
            {
                if (isAnswered)
                {
                    CheckAnswer(offer, answer);
                }
            }

            // An answer of our own, cut up, and somebody's offer in the place of an answer.
            if (isAnswered && WebRtcSession.TryAccept(ours, options, TimeSpan.Zero, out WebRtcSession? other, out string good, out _))
            {
                other!.Dispose();
                Assert.True(client.TryApplyAnswer(Rearrange(random, good, offer), TimeSpan.Zero, out reason) == (reason is null), reason);
            }

            _ = IceFragment.TryParse(Rearrange(random, offer, offer), out _, out _);
        }
    }

    // Whatever was offered, the answer can be read, has as many sections, and is no longer than twice the offer and what we add of ourselves.
    private static void CheckAnswer(string offer, string answer)
    {
        Assert.True(SessionDescription.TryParse(answer, out SessionDescription? description, out string? reason), reason);
        Assert.True(SessionDescription.TryParse(offer, out SessionDescription? offered, out reason), reason);
        Assert.Equal(offered!.Media.Count, description!.Media.Count);
        Assert.True(answer.Length < (2 * offer.Length) + (description.Media.Count * 1_500), $"{answer.Length} characters for {offer.Length}");
    }

    // Everything that is not media: checks, reports, packets of the association, time.
    private static void Disturb(HostilePeer peer, Random random)
    {
        switch (random.Next(12))
        {
            case 0:
                peer.Check(_ => { }, random.Next(4));
                break;
            case 1:
                peer.Check(message => message[random.Next(20, 80)] = (byte)random.Next(256));
                break;
            case 2:
                peer.SendRtcp(Mutate(random, Reports(Source)));
                break;
            case 3 when random.Next(4) == 0:
                byte[] message = new byte[random.Next(1, 3_000)];
                random.NextBytes(message);
                message[0] = (byte)random.Next(5);
                peer.Association.SendCopy((ushort)random.Next(20), (uint)random.Next(50, 58), message, new SctpSendOptions(random.Next(2) == 0, 0), peer.Now);
                peer.Association.ResetStream((ushort)random.Next(20));
                peer.SendPackets(packet => packet);
                break;
            case 4 when random.Next(10) == 0:
                peer.Association.SendCopy((ushort)random.Next(20), 53, new byte[2_000], default, peer.Now);
                peer.SendPackets(packet => random.Next(4) == 0 ? MutatePacket(random, packet) : packet);
                break;
            case 5:
                peer.Advance(TimeSpan.FromMilliseconds(random.Next(100)));
                break;
        }
    }

    private static byte[] MutatePacket(Random random, byte[] packet)
    {
        byte[] copy = [.. packet];
        copy[random.Next(12, copy.Length)] = (byte)random.Next(256);

        // DTLS vouches for it, so the checksum may be left out (RFC 9653).
        copy.AsSpan(8, 4).Clear();
        return copy;
    }

    private static byte FirstByte(Random random) => random.Next(6) switch
    {
        0 => 0x90,
        1 => 0xA0,
        2 => (byte)(0x80 | random.Next(64)),
        _ => 0x80,
    };

    private static byte PayloadType(MediaCodec codec) => codec switch
    {
        MediaCodec.Vp9 => 98,
        MediaCodec.H264 => 102,
        _ => 96,
    };

    private static byte PayloadType(Random random, MediaCodec codec) => random.Next(10) switch
    {
        0 => 111,
        1 or 2 => (byte)(PayloadType(codec) + 1),
        _ => PayloadType(codec),
    };

    // First a key frame in one packet, then what else there is in the format, with header extensions and padding before and behind it.
    private static byte[][] Payloads(MediaCodec codec) => codec switch
    {
        MediaCodec.Vp8 =>
        [
            [0x10, 0x10, 0, 0, 0x9D, 0x01, 0x2A, 64, 0, 36, 0, 1, 2, 3],
            [0x90, 0x80, 0x80, 0x05, 0x31, 1, 2, 3, 4],
            [0x80, 0xF0, 0x81, 0x00, 0x07, 0x21, 9, 9, 9],
            [0xBE, 0xDE, 0x00, 0x01, 0x31, 0x00, 0x05, 0x00, 0x10, 0x11, 2, 3, 0, 2],
        ],
        MediaCodec.Vp9 =>
        [
            [0x08, 0x82, 0x49, 0x83, 0x42, 0, 1, 2, 3],
            [0x8C, 0x80, 0x05, 0x86, 1, 2, 3],
            [0xAA, 0x85, 0x07, 0x11, 0x18, 0x00, 0x40, 0x00, 0x24, 1, 2],
            [0xC8, 0x7F, 0x20, 0x01, 0x02, 3, 4, 2],
        ],
        _ =>
        [
            [24, 0, 4, 0x67, 0x42, 0xE0, 0x1F, 0, 3, 0x68, 0xCE, 0x3C, 0, 5, 0x65, 1, 2, 3, 4],
            [0x7C, 0x85, 1, 2, 3, 4],
            [0x7C, 0x45, 5, 6, 7],
            [0x41, 9, 8, 7, 6],
            [0x18, 0x00, 0x02, 0x41, 0x01, 0xFF, 0xFF, 0x41],
            [0xBE, 0xDE, 0x00, 0x01, 0x31, 0xFF, 0xFF, 0x00, 0x67, 0x42, 0xE0, 0x1F, 1],
        ],
    };

    private static byte[] Reports(uint ssrc)
    {
        string about = ssrc.ToString("X8", System.Globalization.CultureInfo.InvariantCulture);
        return Convert.FromHexString(
            "80C80006" + "11223344" + "83AA7E80" + "00000000" + "00010000" + "00000001" + "00000100" + "81C9000755667788" + about
            + "000000000000000000000000000000000000000081CD0003" + "11223344" + about + "0001FFFF" + "81CE000211223344" + about
            + "84CE000411223344" + "00000000" + about + "01000000" + "8FCE000511223344" + "00000000" + "52454D42" + "01030D40" + about
            + "8FCD000511223344" + about + "000100070000010020070101" + "81CB000111223344");
    }

    private static byte[] Mutate(Random random, byte[] original)
    {
        byte[] copy = [.. original];
        for (int changes = random.Next(3); changes > 0; changes--)
        {
            copy[random.Next(copy.Length)] = (byte)random.Next(256);
        }

        return random.Next(4) switch
        {
            0 => copy[..random.Next(copy.Length + 1)],
            1 => [.. copy, .. new byte[random.Next(1_000)]],
            _ => copy,
        };
    }

    // Lines that are doubled, left out, exchanged, taken from elsewhere, or have a number that is too large, a part less, another character.
    private static string Rearrange(Random random, string text, string other)
    {
        List<string> lines = [.. text.Split('\n')];
        string[] others = other.Split('\n');
        for (int changes = random.Next(8); changes > 0 && lines.Count > 2; changes--)
        {
            int at = random.Next(1, lines.Count);
            switch (random.Next(8))
            {
                case 0:
                    lines.RemoveAt(at);
                    break;
                case 1:
                    lines.Insert(at, lines[random.Next(lines.Count)]);
                    break;
                case 2:
                    (lines[at], lines[^1]) = (lines[^1], lines[at]);
                    break;
                case 3:
                    lines.Insert(at, others[random.Next(others.Length)]);
                    break;
                case 4:
                    string[] parts = lines[at].Split(' ');
                    parts[random.Next(parts.Length)] = random.Next(3) switch { 0 => "99999999999999999999", 1 => "-1", _ => string.Empty };
                    lines[at] = string.Join(' ', parts);
                    break;
                case 5:
                    lines[at] = lines[at][..random.Next(lines[at].Length + 1)];
                    break;
                case 6:
                    lines.RemoveRange(at, random.Next(lines.Count - at));
                    break;
                default:
                    StringBuilder changed = new(lines[at]);
                    changed.Insert(random.Next(changed.Length + 1), (char)random.Next(1, 300));
                    lines[at] = changed.ToString();
                    break;
            }
        }

        return string.Join('\n', lines);
    }
}
