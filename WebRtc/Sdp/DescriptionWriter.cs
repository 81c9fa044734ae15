using System.Globalization;
using Nsn.WebRtc.Ice;
using Nsn.WebRtc.Media;
using Nsn.WebRtc.Sessions;

namespace Nsn.WebRtc.Sdp;

/// <summary>Writes our side of what was negotiated as a session description.</summary>
internal static class DescriptionWriter
{
    public static SessionDescription Write(
        IReadOnlyList<NegotiatedMedia> media, SessionOptions options, IceCredentials credentials, string setup, bool isLite, string sessionId, long version, bool isOffer)
    {
        SessionDescription result = new() { SessionId = sessionId, SessionVersion = version };
        if (isLite)
        {
            result.Add("ice-lite");
        }

        string[] alive = [.. media.Where(item => !item.IsRejected).Select(item => item.Mid)];
        result.Add("group", string.Join(' ', alive.Prepend("BUNDLE")));
        result.Add("extmap-allow-mixed");
        result.Add("msid-semantic", " WMS " + options.StreamName);
        foreach (NegotiatedMedia item in media)
        {
            result.Media.Add(item.IsRejected ? Rejected(item) : item.IsApplication ? Data(item, options) : Media(item, options, isOffer));
            if (!item.IsRejected)
            {
                AddTransport(result.Media[^1], options, credentials, setup, isFirst: item.Mid == alive[0]);
            }
        }

        return result;
    }

    private static void AddTransport(SdpMedia media, SessionOptions options, IceCredentials credentials, string setup, bool isFirst)
    {
        media.Add("ice-ufrag", credentials.UsernameFragment);
        media.Add("ice-pwd", credentials.Password);
        media.Add("fingerprint", options.Certificate.Fingerprint);
        media.Add("setup", setup);
        if (!isFirst)
        {
            return;
        }

        foreach (IceCandidate candidate in options.Candidates)
        {
            media.Add("candidate", candidate.ToSdp());
        }

        media.Add("end-of-candidates");
    }

    private static SdpMedia Rejected(NegotiatedMedia item)
    {
        SdpMedia media = new() { Kind = item.Kind, Port = 0, Protocol = item.Protocol, Formats = item.OfferedFormats.Count > 0 ? item.OfferedFormats : ["0"] };
        media.Add("mid", item.Mid);
        media.Add("inactive");
        return media;
    }

    private static SdpMedia Data(NegotiatedMedia item, SessionOptions options)
    {
        SdpMedia media = new() { Kind = item.Kind, Protocol = item.Protocol, Formats = item.IsLegacySctp ? ["5000"] : ["webrtc-datachannel"] };
        media.Add("mid", item.Mid);
        if (item.IsLegacySctp)
        {
            media.Add("sctpmap", "5000 webrtc-datachannel 65535");
            media.Add("max-message-size", options.MaxMessageSize.ToString(CultureInfo.InvariantCulture));
            return media;
        }

        media.Add("sctp-port", "5000");
        media.Add("max-message-size", options.MaxMessageSize.ToString(CultureInfo.InvariantCulture));
        return media;
    }

    private static SdpMedia Media(NegotiatedMedia item, SessionOptions options, bool isOffer)
    {
        RtpCodec codec = item.RtpCodec!;
        List<string> formats = [codec.PayloadType.ToString(CultureInfo.InvariantCulture)];
        if (item.Rtx is not null)
        {
            formats.Add(item.Rtx.PayloadType.ToString(CultureInfo.InvariantCulture));
        }

        SdpMedia media = new() { Kind = item.Kind, Protocol = item.Protocol, Formats = formats };
        media.Add("mid", item.Mid);
        media.Add(item.CanSend ? item.CanReceive ? "sendrecv" : "sendonly" : "recvonly");
        media.Add("rtcp-mux");
        if (isOffer || item.IsMuxOnly)
        {
            media.Add("rtcp-mux-only");
        }

        media.Add("rtcp-rsize");
        if (isOffer)
        {
            media.Add("rtcp", "9 IN IP4 0.0.0.0");
        }

        foreach (string extension in item.Extensions.ToSdp())
        {
            media.Add("extmap", extension);
        }

        AddCodec(media, codec, item);
        if (item.RemoteRids.Count > 0 && item.CanReceive && !isOffer)
        {
            foreach (string rid in item.RemoteRids)
            {
                media.Add("rid", rid + " recv");
            }

            media.Add("simulcast", "recv " + string.Join(';', item.RemoteRids));
        }

        if (item.CanSend)
        {
            AddSources(media, item, options);
        }

        return media;
    }

    private static void AddCodec(SdpMedia media, RtpCodec codec, NegotiatedMedia item)
    {
        string channels = codec.Channels > 1 ? "/" + codec.Channels.ToString(CultureInfo.InvariantCulture) : string.Empty;
        media.Add("rtpmap", string.Create(CultureInfo.InvariantCulture, $"{codec.PayloadType} {codec.Name}/{codec.ClockRate}{channels}"));
        string parameters = item.Codec == MediaCodec.Opus ? "minptime=10;useinbandfec=1;stereo=1;sprop-stereo=1" : codec.Parameters;
        if (parameters.Length > 0)
        {
            media.Add("fmtp", string.Create(CultureInfo.InvariantCulture, $"{codec.PayloadType} {parameters}"));
        }

        foreach (string feedback in codec.Feedback.Where(kind => kind is "nack" or "nack pli" or "ccm fir" or "transport-cc" or "goog-remb"))
        {
            media.Add("rtcp-fb", string.Create(CultureInfo.InvariantCulture, $"{codec.PayloadType} {feedback}"));
        }

        if (item.Rtx is { } rtx)
        {
            media.Add("rtpmap", string.Create(CultureInfo.InvariantCulture, $"{rtx.PayloadType} rtx/{rtx.ClockRate}"));
            media.Add("fmtp", string.Create(CultureInfo.InvariantCulture, $"{rtx.PayloadType} apt={codec.PayloadType}"));
        }
    }

    private static void AddSources(SdpMedia media, NegotiatedMedia item, SessionOptions options)
    {
        string track = options.StreamName + "-" + item.Kind;
        media.Add("msid", options.StreamName + " " + track);
        if (item.Rtx is not null)
        {
            media.Add("ssrc-group", string.Create(CultureInfo.InvariantCulture, $"FID {item.Ssrc} {item.RtxSsrc}"));
        }

        foreach (uint ssrc in item.Rtx is null ? [item.Ssrc] : new[] { item.Ssrc, item.RtxSsrc })
        {
            media.Add("ssrc", string.Create(CultureInfo.InvariantCulture, $"{ssrc} cname:{options.StreamName}"));
            media.Add("ssrc", string.Create(CultureInfo.InvariantCulture, $"{ssrc} msid:{options.StreamName} {track}"));
        }
    }
}
