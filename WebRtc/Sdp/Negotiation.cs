using System.Globalization;
using Nsn.WebRtc.Dtls;
using Nsn.WebRtc.Ice;
using Nsn.WebRtc.Media;
using Nsn.WebRtc.Rtp;
using Nsn.WebRtc.Sessions;

namespace Nsn.WebRtc.Sdp;

/// <summary>Offer and answer (RFC 8829, RFC 3264) for one bundled transport: pure functions over descriptions.</summary>
internal static class Negotiation
{
    private const string Fingerprint = "fingerprint";

    /// <summary>The transport part of a peer's description.</summary>
    public static bool TryReadTransport(SessionDescription description, out RemoteTransport? transport, out string? reason)
    {
        transport = null;
        SdpMedia? media = description.Media.Find(candidate => candidate.Port != 0 || candidate.Has("bundle-only")) ?? description.Media.FirstOrDefault();
        if (media is null)
        {
            reason = "there is no media description";
            return false;
        }

        string? ufrag = description.Get(media, "ice-ufrag");
        string? password = description.Get(media, "ice-pwd");
        if (ufrag is null or { Length: < 4 or > 256 } || password is null or { Length: < 22 or > 256 })
        {
            reason = "ice-ufrag or ice-pwd is missing or has a wrong length";
            return false;
        }

        string? fingerprint = description.Media.Append(media).SelectMany(item => item.All(Fingerprint))
            .Concat(description.Attributes.Where(attribute => attribute.Name == Fingerprint).Select(attribute => attribute.Value ?? string.Empty))
            .FirstOrDefault(value => value.StartsWith("sha-256 ", StringComparison.OrdinalIgnoreCase));
        if (fingerprint is null)
        {
            reason = "there is no sha-256 fingerprint";
            return false;
        }

        List<IceCandidate> candidates = [];
        foreach (string value in description.Media.SelectMany(item => item.All("candidate")).Take(64))
        {
            if (IceCandidate.TryParse(value, out IceCandidate? candidate))
            {
                candidates.Add(candidate!);
            }
        }

        transport = new RemoteTransport(
            new IceCredentials(ufrag, password), fingerprint, description.Get(media, "setup") ?? "actpass", candidates, description.Has("ice-lite"));
        reason = null;
        return true;
    }

    /// <summary>Decides what an offer's media descriptions become.</summary>
    public static List<NegotiatedMedia> Answer(SessionDescription offer, SessionOptions options)
    {
        List<NegotiatedMedia> result = [];
        string[] bundle = ReadBundle(offer);
        for (int i = 0; i < offer.Media.Count; i++)
        {
            SdpMedia media = offer.Media[i];
            string mid = media.Get("mid") ?? i.ToString(CultureInfo.InvariantCulture);
            bool bundled = bundle.Length == 0 ? i == 0 : bundle.Contains(mid);
            bool alive = bundled && (media.Port != 0 || media.Has("bundle-only"));
            NegotiatedMedia? accepted = !alive ? null : media.Kind == "application" ? AnswerData(media, mid, options) : AnswerMedia(media, mid, options);
            bool second = accepted is { IsApplication: false } && result.Exists(item => !item.IsRejected && item.Kind == accepted.Kind);
            result.Add(accepted is null || second ? Reject(media, mid) : accepted);
        }

        return result;
    }

    /// <summary>Reads what a peer's answer made of our offer.</summary>
    public static List<NegotiatedMedia> Accept(SessionDescription answer, IReadOnlyList<NegotiatedMedia> offered)
    {
        List<NegotiatedMedia> result = [];
        for (int i = 0; i < answer.Media.Count && i < offered.Count; i++)
        {
            SdpMedia media = answer.Media[i];
            NegotiatedMedia own = offered[i];
            if (media.Port == 0 && !media.Has("bundle-only"))
            {
                result.Add(Reject(media, own.Mid));
                continue;
            }

            if (own.IsApplication)
            {
                result.Add(ReadData(media, own.Mid));
                continue;
            }

            string direction = media.Direction;
            IReadOnlyList<RtpCodec> codecs = RtpCodec.ReadAll(media);
            (MediaCodec Codec, RtpCodec Rtp)? chosen = Choose(media.Kind, codecs, [own.Codec, MediaCodec.Vp8, MediaCodec.Vp9, MediaCodec.H264]);
            result.Add(chosen is null ? Reject(media, own.Mid) : Describe(
                media, own.Mid, chosen.Value, codecs, own.Ssrc, own.RtxSsrc,
                canSend: own.CanSend && direction is "recvonly" or "sendrecv", canReceive: own.CanReceive && direction is "sendonly" or "sendrecv"));
        }

        return result;
    }

    internal static NegotiatedMedia Describe(
        SdpMedia media, string mid, (MediaCodec Codec, RtpCodec Rtp) chosen, IReadOnlyList<RtpCodec> codecs, uint ssrc, uint rtxSsrc, bool canSend, bool canReceive)
    {
        string payloadType = chosen.Rtp.PayloadType.ToString(CultureInfo.InvariantCulture);
        RtpCodec? rtx = codecs.FirstOrDefault(codec => codec.Is("rtx") && codec.Parameter("apt") == payloadType);
        NegotiatedMedia result = new()
        {
            Mid = mid,
            Kind = media.Kind,
            Protocol = media.Protocol,
            Codec = chosen.Codec,
            RtpCodec = chosen.Rtp,
            Rtx = rtx,
            Extensions = RtpExtensionIds.Read(media),
            CanSend = canSend,
            CanReceive = canReceive,
            IsMuxOnly = media.Has("rtcp-mux-only"),
            SupportsNack = chosen.Rtp.Feedback.Contains("nack"),
            SupportsPictureLoss = chosen.Rtp.Feedback.Contains("nack pli"),
            SupportsTransportFeedback = chosen.Rtp.Feedback.Contains("transport-cc"),
            Ssrc = ssrc,
            RtxSsrc = rtxSsrc,
            RemoteRids = [.. media.All("rid").Select(value => value.Split(' ')).Where(parts => parts.Length > 1 && parts[1] == "send").Select(parts => parts[0]).Take(4)],
        };
        ReadSources(media, result);
        return result;
    }

    internal static (MediaCodec Codec, RtpCodec Rtp)? Choose(string kind, IReadOnlyList<RtpCodec> codecs, IEnumerable<MediaCodec> preference)
    {
        if (kind == "audio")
        {
            RtpCodec? opus = codecs.FirstOrDefault(codec => codec.Is("opus") && codec.ClockRate == 48_000);
            return opus is null ? null : (MediaCodec.Opus, opus);
        }

        foreach (MediaCodec wanted in preference.Where(codec => codec.IsVideo()))
        {
            RtpCodec? match = codecs
                .Where(codec => codec.Is(wanted.SdpName()) && codec.ClockRate == 90_000 && IsUsable(wanted, codec))
                .OrderBy(codec => wanted == MediaCodec.H264 && codec.Parameter("profile-level-id")?.StartsWith("42e0", StringComparison.OrdinalIgnoreCase) != true)
                .FirstOrDefault();
            if (match is not null)
            {
                return (wanted, match);
            }
        }

        return null;
    }

    private static bool IsUsable(MediaCodec codec, RtpCodec offered) => codec switch
    {
        MediaCodec.H264 => offered.Parameter("packetization-mode") == "1",
        MediaCodec.Vp9 => offered.Parameter("profile-id") is null or "0",
        _ => true,
    };

    private static NegotiatedMedia? AnswerMedia(SdpMedia media, string mid, SessionOptions options)
    {
        if (media.Kind is not ("audio" or "video") || !media.Protocol.EndsWith("SAVPF", StringComparison.Ordinal))
        {
            return null;
        }

        string direction = media.Direction;
        bool canSend = options.SendMedia && direction is "recvonly" or "sendrecv";
        bool canReceive = options.ReceiveMedia && direction is "sendonly" or "sendrecv";
        IReadOnlyList<RtpCodec> codecs = RtpCodec.ReadAll(media);
        (MediaCodec Codec, RtpCodec Rtp)? chosen = Choose(media.Kind, codecs, options.VideoCodecs);
        if (chosen is null || (!canSend && !canReceive))
        {
            return null;
        }

        return Describe(media, mid, chosen.Value, codecs, NewSsrc(options.Random), NewSsrc(options.Random), canSend, canReceive);
    }

    private static NegotiatedMedia? AnswerData(SdpMedia media, string mid, SessionOptions options) =>
        options.DataChannels && media.Protocol.EndsWith("DTLS/SCTP", StringComparison.Ordinal) && (media.Formats.Contains("webrtc-datachannel") || IsLegacyData(media))
            ? ReadData(media, mid)
            : null;

    // Before RFC 8841 the format was the SCTP port, and `sctpmap` said what runs over it.
    private static bool IsLegacyData(SdpMedia media) =>
        media.Protocol == "DTLS/SCTP" && media.All("sctpmap").Any(value => value.Split(' ') is [string port, "webrtc-datachannel", ..] && port == media.Formats[0]);

    private static NegotiatedMedia ReadData(SdpMedia media, string mid) => new()
    {
        Mid = mid,
        Kind = media.Kind,
        Protocol = media.Protocol,
        OfferedFormats = media.Formats,
        SctpPort = ParseInt(media.Get("sctp-port") ?? media.Formats[0], 5_000, 65_535),
        RemoteMaxMessageSize = ParseInt(media.Get("max-message-size"), 65_536, int.MaxValue),
    };

    private static NegotiatedMedia Reject(SdpMedia media, string mid) => new()
    {
        Mid = mid,
        Kind = media.Kind,
        Protocol = media.Protocol,
        OfferedFormats = media.Formats,
        IsRejected = true,
    };

    internal static uint NewSsrc(IRandomSource random)
    {
        Span<byte> bytes = stackalloc byte[4];
        random.Fill(bytes);
        return BitConverter.ToUInt32(bytes) | 1;
    }

    private static void ReadSources(SdpMedia media, NegotiatedMedia result)
    {
        foreach (string value in media.All("ssrc-group").Take(16))
        {
            string[] parts = value.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (parts.Length == 3 && parts[0] == "FID" && TryParseSsrc(parts[1], out uint primary) && TryParseSsrc(parts[2], out uint rtx))
            {
                result.RemoteRtxToPrimary.TryAdd(rtx, primary);
            }
        }

        foreach (string value in media.All("ssrc").Take(64))
        {
            if (TryParseSsrc(value.Split(' ')[0], out uint ssrc) && !result.RemoteSsrcs.Contains(ssrc) && !result.RemoteRtxToPrimary.ContainsKey(ssrc))
            {
                result.RemoteSsrcs.Add(ssrc);
            }
        }
    }

    private static bool TryParseSsrc(string text, out uint ssrc) => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ssrc);

    private static int ParseInt(string? text, int fallback, int max)
    {
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long value))
        {
            return fallback;
        }

        // RFC 8841 section 6.1: 0 means no limit.
        return value == 0 ? max : (int)Math.Min(value, max);
    }

    private static string[] ReadBundle(SessionDescription description) =>
        description.Attributes.Find(attribute => attribute.Name == "group" && attribute.Value?.StartsWith("BUNDLE", StringComparison.Ordinal) == true)
            ?.Value!.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..] ?? [];
}
