using System.Globalization;
using Nsn.WebRtc.Media;
using Nsn.WebRtc.Rtp;
using Nsn.WebRtc.Sessions;

namespace Nsn.WebRtc.Sdp;

/// <summary>What our own client offers: one audio and one video section with one codec each, and data channels.</summary>
internal static class OfferMedia
{
    private const byte OpusPayloadType = 111;

    public static List<NegotiatedMedia> Create(SessionOptions options)
    {
        List<NegotiatedMedia> result = [];
        if (options.SendMedia || options.ReceiveMedia)
        {
            result.Add(Audio(options, Mid(result)));
            result.Add(Video(options, options.VideoCodecs[0], Mid(result)));
        }

        if (options.DataChannels)
        {
            result.Add(new NegotiatedMedia { Mid = Mid(result), Kind = "application", Protocol = "UDP/DTLS/SCTP", OfferedFormats = ["webrtc-datachannel"] });
        }

        return result;
    }

    private static string Mid(List<NegotiatedMedia> media) => media.Count.ToString(CultureInfo.InvariantCulture);

    private static NegotiatedMedia Audio(SessionOptions options, string mid) => new()
    {
        Mid = mid,
        Kind = "audio",
        Codec = MediaCodec.Opus,
        RtpCodec = new RtpCodec { PayloadType = OpusPayloadType, Name = "opus", ClockRate = 48_000, Channels = 2, Feedback = ["transport-cc"] },
        Extensions = new RtpExtensionIds { Mid = 4, AbsoluteSendTime = 2, TransportSequence = 3 },
        CanSend = options.SendMedia,
        CanReceive = options.ReceiveMedia,
        Ssrc = Negotiation.NewSsrc(options.Random),
    };

    private static NegotiatedMedia Video(SessionOptions options, MediaCodec codec, string mid)
    {
        (byte payloadType, string parameters) = codec switch
        {
            MediaCodec.Vp9 => ((byte)98, "profile-id=0"),
            MediaCodec.H264 => ((byte)102, "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"),
            _ => ((byte)96, string.Empty),
        };
        return new NegotiatedMedia
        {
            Mid = mid,
            Kind = "video",
            Codec = codec,
            RtpCodec = new RtpCodec
            {
                PayloadType = payloadType,
                Name = codec.SdpName(),
                ClockRate = 90_000,
                Parameters = parameters,
                Feedback = ["nack", "nack pli", "ccm fir", "transport-cc", "goog-remb"],
            },
            Rtx = new RtpCodec { PayloadType = (byte)(payloadType + 1), Name = "rtx", ClockRate = 90_000 },
            Extensions = new RtpExtensionIds { Mid = 4, AbsoluteSendTime = 2, TransportSequence = 3 },
            CanSend = options.SendMedia,
            CanReceive = options.ReceiveMedia,
            Ssrc = Negotiation.NewSsrc(options.Random),
            RtxSsrc = Negotiation.NewSsrc(options.Random),
        };
    }
}
