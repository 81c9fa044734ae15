using System.Globalization;
using Nsn.WebRtc.Dtls;
using Nsn.WebRtc.Ice;
using Nsn.WebRtc.Sdp;

namespace Nsn.WebRtc.Sessions;

/// <content>Offer and answer.</content>
public sealed partial class WebRtcSession
{
    private List<NegotiatedMedia> _negotiated = [];
    private string _sdpSessionId = "1";

    /// <summary>Answers an offer: the gateway's side, ICE-lite, waiting for the peer's checks and its ClientHello.</summary>
    /// <param name="offerText">The peer's description.</param>
    /// <param name="options">What we may agree to.</param>
    /// <param name="now">The time; the consent clock starts.</param>
    /// <param name="session">The session.</param>
    /// <param name="answer">Our description.</param>
    /// <param name="reason">What is wrong with the offer, for the person who sent it.</param>
    public static bool TryAccept(
        string offerText, SessionOptions options, TimeSpan now, out WebRtcSession? session, out string answer, out string? reason)
    {
        session = null;
        answer = string.Empty;
        if (!SessionDescription.TryParse(offerText, out SessionDescription? offer, out reason) ||
            !Negotiation.TryReadTransport(offer!, out RemoteTransport? transport, out reason))
        {
            return false;
        }

        List<NegotiatedMedia> media = Negotiation.Answer(offer!, options);
        if (media.TrueForAll(item => item.IsRejected))
        {
            reason = "nothing in the offer can be served: no common codec, or no media in a direction that this endpoint serves";
            return false;
        }

        session = new WebRtcSession(options, IceRole.Lite) { _negotiated = media };
        session.NewSdpSessionId();
        bool peerIsServer = transport!.Setup == "passive";
        session.StartTransport(transport, peerIsServer ? DtlsRole.Client : DtlsRole.Server, now);
        answer = DescriptionWriter.Write(
            media, options, session._ice.Local, peerIsServer ? "active" : "passive", isLite: true, session._sdpSessionId, 1, isOffer: false).ToString();
        return true;
    }

    /// <summary>Makes an offer: the client's side, controlling ICE with one socket.</summary>
    public static WebRtcSession CreateOffer(SessionOptions options, out string offer)
    {
        WebRtcSession session = new(options, IceRole.Controlling) { _negotiated = OfferMedia.Create(options) };
        session.NewSdpSessionId();
        offer = DescriptionWriter.Write(
            session._negotiated, options, session._ice.Local, "actpass", isLite: false, session._sdpSessionId, 1, isOffer: true).ToString();
        return session;
    }

    /// <summary>
    /// Makes an offer as the gateway's side, ICE-lite, for peers whose signalling lets the server speak first; <see cref="TryApplyAnswer"/> takes the answer. Without one
    /// the session ends as one whose consent expired.
    /// </summary>
    /// <param name="options">What to offer.</param>
    /// <param name="now">The time; the consent clock starts.</param>
    /// <param name="offer">Our description.</param>
    public static WebRtcSession CreateServerOffer(SessionOptions options, TimeSpan now, out string offer)
    {
        WebRtcSession session = new(options, IceRole.Lite) { _negotiated = OfferMedia.Create(options) };
        session.NewSdpSessionId();
        session._ice.Start(now);
        offer = DescriptionWriter.Write(
            session._negotiated, options, session._ice.Local, "actpass", isLite: true, session._sdpSessionId, 1, isOffer: true).ToString();
        return session;
    }

    /// <summary>Takes the answer to our offer and starts connectivity checks, or waits for them as the lite side.</summary>
    public bool TryApplyAnswer(string answerText, TimeSpan now, out string? reason)
    {
        if (_dtls is not null)
        {
            reason = "this session has its answer";
            return false;
        }

        if (!SessionDescription.TryParse(answerText, out SessionDescription? answer, out reason) ||
            !Negotiation.TryReadTransport(answer!, out RemoteTransport? transport, out reason))
        {
            return false;
        }

        if (answer!.Media.Count != _negotiated.Count)
        {
            reason = "the answer has another number of media descriptions than the offer";
            return false;
        }

        _negotiated = Negotiation.Accept(answer, _negotiated);
        StartTransport(transport!, transport!.Setup == "active" ? DtlsRole.Server : DtlsRole.Client, now);
        return true;
    }

    /// <summary>Adds a candidate of the peer's (trickle ICE). A lite agent has no use for it.</summary>
    public void AddRemoteCandidate(IceCandidate candidate) => _ice.AddRemoteCandidate(candidate);

    /// <summary>ICE restart (RFC 8445 section 9): takes the peer's new credentials and gives ours. DTLS and media go on.</summary>
    public IceCredentials RestartIce(IceCredentials remote, TimeSpan now)
    {
        IceCredentials local = IceCredentials.Create(_options.Random);
        _ice.Restart(local, remote, now);
        return local;
    }

    /// <summary>The client's half of an ICE restart: our new credentials, which the peer was told, and the peer's.</summary>
    public void RestartIceAs(IceCredentials local, IceCredentials remote, TimeSpan now) => _ice.Restart(local, remote, now);

    /// <summary>True if these are the peer's present credentials, so that a fragment with them is no restart.</summary>
    public bool IsRemote(IceCredentials credentials) =>
        _ice.Remote?.UsernameFragment == credentials.UsernameFragment && _ice.Remote.Password == credentials.Password;

    /// <summary>The lines `m=` and `a=mid:` of the section that carries the bundle's transport, as a fragment of trickle ICE names it (RFC 8840 section 9).</summary>
    internal string TransportMediaLines
    {
        get
        {
            NegotiatedMedia media = _negotiated.First(item => !item.IsRejected);
            string format = media.RtpCodec?.PayloadType.ToString(CultureInfo.InvariantCulture) ?? media.OfferedFormats[0];
            return $"m={media.Kind} 9 {media.Protocol} {format}\r\na=mid:{media.Mid}\r\n";
        }
    }

    /// <summary>True if the peer offered media that we send.</summary>
    public bool SendsMedia => _negotiated.Exists(media => media.CanSend);

    /// <summary>True if data channels were negotiated.</summary>
    public bool HasDataChannels => _negotiated.Exists(media => media.IsApplication && !media.IsRejected);

    private void StartTransport(RemoteTransport transport, DtlsRole role, TimeSpan now)
    {
        _dtlsRole = role;
        _remoteFingerprint = transport.Fingerprint;
        _ice.SetRemote(transport.Credentials);
        _ice.Start(now);
        foreach (IceCandidate candidate in transport.Candidates.Where(candidate => !candidate.IsTcp))
        {
            _ice.AddRemoteCandidate(candidate);
        }

        _dtls = new OpenSslDtlsTransport(_options.Certificate, role, _remoteFingerprint, _options.LegacySrtpOnly);
        CreateTracks();
    }

    private void NewSdpSessionId()
    {
        Span<byte> bytes = stackalloc byte[8];
        _options.Random.Fill(bytes);
        _sdpSessionId = (BitConverter.ToUInt64(bytes) >> 2).ToString(CultureInfo.InvariantCulture);
    }
}
