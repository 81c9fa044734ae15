using System.Buffers.Binary;
using Nsn.WebRtc.Dtls;

namespace Nsn.WebRtc.Tests;

/// <summary>
/// ClientHellos as Chromium 156 (1,413 bytes in two datagrams, with a post-quantum key share), Firefox 153 ESR (two datagrams, likewise), GStreamer 1.22
/// (two datagrams), aiortc 1.4 (two records in one datagram) and libdatachannel 0.24 sent them, one datagram a line.
/// </summary>
public class HandshakeCaptureTests
{
    private const int RecordHeaderLength = 13;
    private const int HandshakeRecord = 22;
    private const int ServerHello = 2;
    private const int ServerHelloDone = 14;
    private const string Fingerprint =
        "sha-256 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF";

    private static readonly DtlsCertificate Certificate = DtlsCertificate.CreateEphemeral();

    [Theory]
    [InlineData("chromium", 2)]
    [InlineData("firefox", 2)]
    [InlineData("gstreamer", 2)]
    [InlineData("aiortc", 1)]
    [InlineData("libdatachannel", 1)]
    public void captured_hello_is_answered_by_the_whole_first_flight(string peer, int datagrams)
    {
        byte[][] hello = Read(peer);
        Assert.Equal(datagrams, hello.Length);
        CheckFlight(Answer(hello));
    }

    [Theory]
    [InlineData("chromium")]
    [InlineData("firefox")]
    [InlineData("gstreamer")]
    public void hello_whose_datagrams_come_in_the_wrong_order_is_answered_when_it_came_again(string peer)
    {
        byte[][] hello = Read(peer);
        CheckFlight(Answer([hello[1], hello[0], .. hello]));
    }

    [Theory]
    [InlineData("chromium")]
    [InlineData("firefox")]
    [InlineData("gstreamer")]
    public void half_a_hello_gets_no_answer(string peer)
    {
        byte[][] hello = Read(peer);
        Assert.Empty(Answer([hello[0]]));
        Assert.Empty(Answer([hello[1]]));
    }

    private static List<byte[]> Answer(IEnumerable<byte[]> datagrams)
    {
        using OpenSslDtlsTransport server = new(Certificate, DtlsRole.Server, Fingerprint);
        TimeSpan now = TimeSpan.FromSeconds(1);
        server.Start(now);
        foreach (byte[] datagram in datagrams)
        {
            server.Handle(datagram, now);
        }

        Assert.Equal(DtlsState.Handshaking, server.State);
        byte[] buffer = new byte[OpenSslDtlsTransport.DatagramMax];
        List<byte[]> answer = [];
        while (server.PollDatagram(buffer) is > 0 and int length)
        {
            answer.Add(buffer[..length]);
        }

        return answer;
    }

    // From ServerHello to ServerHelloDone, DTLS 1.2, in records that end where their datagrams do.
    private static void CheckFlight(List<byte[]> flight)
    {
        List<byte> messages = [];
        foreach (byte[] datagram in flight)
        {
            ReadOnlySpan<byte> rest = datagram;
            while (!rest.IsEmpty)
            {
                Assert.Equal(HandshakeRecord, rest[0]);
                int length = BinaryPrimitives.ReadUInt16BigEndian(rest[11..]);
                messages.Add(rest[RecordHeaderLength]);
                if (rest[RecordHeaderLength] == ServerHello)
                {
                    Assert.Equal(0xFEFD, BinaryPrimitives.ReadUInt16BigEndian(rest[(RecordHeaderLength + 12)..]));
                }

                rest = rest[(RecordHeaderLength + length)..];
            }
        }

        Assert.Equal(ServerHello, messages[0]);
        Assert.Equal(ServerHelloDone, messages[^1]);
    }

    private static byte[][] Read(string peer) =>
        [.. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Captures", peer + "-client-hello.hex")).Select(Convert.FromHexString)];
}
