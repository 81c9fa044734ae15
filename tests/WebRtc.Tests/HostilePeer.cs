using System.Buffers.Binary;
using System.Text.RegularExpressions;
using Nsn.WebRtc.Dtls;
using Nsn.WebRtc.Media;
using Nsn.WebRtc.Network;
using Nsn.WebRtc.Rtp;
using Nsn.WebRtc.Sctp;
using Nsn.WebRtc.Sessions;
using Nsn.WebRtc.Srtp;
using Nsn.WebRtc.Stun;

namespace Nsn.WebRtc.Tests;

/// <summary>A peer that was admitted and has every key, so that what it sends gets past authentication to whoever reads it; and the gateway's session with it.</summary>
internal sealed class HostilePeer : IDisposable
{
    private static readonly DtlsCertificate OwnCertificate = DtlsCertificate.CreateEphemeral();
    private static readonly DtlsCertificate ServerCertificate = DtlsCertificate.CreateEphemeral();
    private static readonly TransportAddress Address = TransportAddress.FromIPv4(0x0A00_0009, 40_000);

    private readonly OpenSslDtlsTransport _dtls;
    private readonly SctpAssociation _association;
    private readonly SrtpSender _srtp;
    private readonly byte[] _datagram = new byte[WebRtcSession.DatagramMax];
    private readonly byte[] _buffer = new byte[2_048];
    private readonly Random _random;
    private readonly string _username;
    private readonly byte[] _password;

    /// <summary>Connects.</summary>
    /// <param name="seed">Of everything that is by chance.</param>
    /// <param name="codec">The video's.</param>
    /// <param name="publishes">True for a publisher, false for a viewer.</param>
    public HostilePeer(int seed, MediaCodec codec, bool publishes)
    {
        _random = new Random(seed);
        using WebRtcSession author = WebRtcSession.CreateOffer(
            new SessionOptions
            {
                Certificate = OwnCertificate,
                VideoCodecs = [codec],
                SendMedia = publishes,
                ReceiveMedia = !publishes,
                Random = new SeededRandomSource(seed),
            },
            out string offer);
        SessionOptions options = new()
        {
            Certificate = ServerCertificate,
            VideoCodecs = [codec],
            SendMedia = !publishes,
            ReceiveMedia = publishes,
            Random = new SeededRandomSource(seed + 1_000_000),
        };
        Assert.True(WebRtcSession.TryAccept(offer, options, Now, out WebRtcSession? session, out string answer, out string? reason), reason);
        Session = session!;
        _username = Read(answer, "ice-ufrag") + ":" + Read(offer, "ice-ufrag");
        _password = System.Text.Encoding.ASCII.GetBytes(Read(answer, "ice-pwd"));
        _dtls = new OpenSslDtlsTransport(OwnCertificate, DtlsRole.Client, ServerCertificate.Fingerprint);
        _association = new SctpAssociation(new SctpOptions(), _random.NextBytes);
        Check(_ => { });
        _dtls.Start(Now);
        for (int round = 0; round < 100 && Session.State != SessionState.Connected; round++)
        {
            Pump();
            Advance(TimeSpan.FromMilliseconds(10));
        }

        Assert.True(Session.State == SessionState.Connected && _dtls.SrtpKeys is not null, $"The handshake did not come to its end: {Session.LastDropReason}.");
        _srtp = new SrtpSender(_dtls.SrtpKeys.Profile, _dtls.SrtpKeys.LocalKey, _dtls.SrtpKeys.LocalSalt);
        _association.Connect(Now);
        for (int round = 0; round < 100 && _association.State != SctpState.Established; round++)
        {
            SendPackets(packet => packet);
            Advance(TimeSpan.FromMilliseconds(10));
        }

        Assert.Equal(SctpState.Established, _association.State);
    }

    /// <summary>The gateway's side.</summary>
    public WebRtcSession Session { get; }

    public TimeSpan Now { get; private set; } = TimeSpan.FromSeconds(1);

    /// <summary>The peer's end of the data channels' association.</summary>
    public SctpAssociation Association => _association;

    /// <summary>Frames that the gateway took.</summary>
    public int Frames { get; private set; }

    /// <summary>How often the gateway was asked for a key frame.</summary>
    public int KeyFrameRequests { get; private set; }

    /// <summary>The number of the first packet of the gateway's video; null before it has come.</summary>
    public ushort? FirstVideoSequence { get; private set; }

    /// <summary>Why the session ended; null while it is alive.</summary>
    public SessionClosed? Closed { get; private set; }

    private static string Read(string description, string attribute) => Regex.Match(description, $"a={attribute}:(\\S+)").Groups[1].Value;

    /// <summary>Sends a connectivity check with what <paramref name="change"/> makes of its bytes before they are authenticated.</summary>
    public void Check(Action<byte[]> change, int attributes = 0)
    {
        byte[] message = new byte[StunMessage.LengthMax];
        byte[] transaction = new byte[12];
        _random.NextBytes(transaction);
        StunWriter writer = new(message, StunClass.Request, transaction);
        writer.Add(StunAttribute.Username, _username);
        writer.Add(StunAttribute.IceControlling, 7UL);
        writer.Add(StunAttribute.Priority, 1_000U);
        writer.Add(StunAttribute.UseCandidate, []);
        for (int i = 0; i < attributes; i++)
        {
            byte[] value = new byte[_random.Next(24)];
            _random.NextBytes(value);
            writer.Add((StunAttribute)_random.Next(65_536), value);
        }

        change(message);
        writer.AddIntegrity(_password);
        writer.AddFingerprint();
        Handle(message.AsSpan(0, writer.Length));
    }

    /// <summary>Sends an RTP packet; the header is made, all behind it is <paramref name="rest"/>.</summary>
    public void SendRtp(byte firstByte, byte payloadType, bool marker, ulong index, uint timestamp, uint ssrc, ReadOnlySpan<byte> rest)
    {
        Span<byte> packet = stackalloc byte[WebRtcSession.DatagramMax];
        RtpHeader.Write(packet, hasExtension: false, marker, payloadType, (ushort)index, timestamp, ssrc);
        packet[0] = firstByte;
        rest.CopyTo(packet[RtpHeader.FixedLength..]);
        int length = RtpHeader.FixedLength + rest.Length;

        // Its own parser must find the end of the header to encrypt behind it; what it does not find is sent as it is.
        int header = RtpHeader.TryParse(packet[..length], out RtpHeader parsed, out _) ? parsed.Length : RtpHeader.FixedLength;
        Handle(packet[.._srtp.ProtectRtp(packet, header, length, index)]);
    }

    /// <summary>Sends a compound RTCP packet.</summary>
    public void SendRtcp(ReadOnlySpan<byte> compound)
    {
        if (compound.Length < 8)
        {
            return;
        }

        Span<byte> packet = stackalloc byte[WebRtcSession.DatagramMax];
        compound.CopyTo(packet);
        Handle(packet[.._srtp.ProtectRtcp(packet, compound.Length)]);
    }

    /// <summary>Sends what the association has to say, each packet as <paramref name="change"/> makes it.</summary>
    public void SendPackets(Func<byte[], byte[]> change)
    {
        byte[] packet = new byte[1_200];
        while (_association.TryPollPacket(Now, packet, out int length))
        {
            SendPacket(change(packet[..length]));
        }
    }

    /// <summary>Sends an SCTP packet in a DTLS record.</summary>
    public void SendPacket(byte[] packet)
    {
        Span<byte> datagram = stackalloc byte[WebRtcSession.DatagramMax];
        int length = _dtls.Encrypt(packet, datagram);
        if (length > 0)
        {
            Handle(datagram[..length]);
        }
    }

    /// <summary>Lets time go by on both sides.</summary>
    public void Advance(TimeSpan span)
    {
        Now += span;
        Session.HandleTimeout(Now);
        _association.HandleTimeout(Now);
        Pump();
    }

    public void Dispose()
    {
        _srtp.Dispose();
        _dtls.Dispose();
        _association.Dispose();
        Session.Dispose();
    }

    private void Handle(Span<byte> datagram)
    {
        // The session decrypts in place.
        byte[] copy = datagram.ToArray();
        Session.Handle(copy, Address, Now);
        Pump();
    }

    private void Pump()
    {
        while (_dtls.PollDatagram(_datagram) is > 0 and int length)
        {
            Session.Handle(_datagram.AsSpan(0, length), Address, Now);
        }

        for (PollResult next = Session.Poll(_datagram, Now); next.Kind != PollKind.Idle; next = Session.Poll(_datagram, Now))
        {
            switch (next.Event)
            {
                case FrameReceived { Frame: { } frame }:
                    Frames++;

                    // As a source does for its viewers: whatever a publisher calls a frame is cut into packets again.
                    _ = MediaFrame.Create(frame.Codec, frame.Data.ToArray(), frame.Timestamp, frame.IsKeyFrame);
                    break;
                case null when _datagram[0] is >= 128 and <= 191 && BinaryPrimitives.ReadUInt32BigEndian(_datagram.AsSpan(8)) == Session.VideoSsrc:
                    FirstVideoSequence ??= BinaryPrimitives.ReadUInt16BigEndian(_datagram.AsSpan(2));
                    break;
                case KeyFrameRequested:
                    KeyFrameRequests++;
                    break;
                case SessionClosed closed:
                    Closed = closed;
                    break;
                case null when _datagram[0] is >= 20 and <= 63 && _dtls.State != DtlsState.Closed:
                    _dtls.Handle(_datagram.AsSpan(0, next.Length), Now);
                    while (_dtls.PollApplicationData(_buffer) is > 0 and int length)
                    {
                        _association.Handle(_buffer.AsSpan(0, length), Now);
                    }

                    break;
            }
        }

        while (_association.TryPollEvent(out _))
        {
            // Whatever it says, nobody here wants to hear it.
        }
    }
}
