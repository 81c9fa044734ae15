using System.Globalization;
using Nsn.WebRtc.Sdp;

namespace Nsn.WebRtc.Rtp;

/// <summary>The header extensions that were negotiated, with their ids; 0 means not negotiated.</summary>
public sealed record RtpExtensionIds
{
    /// <summary>RFC 8843.</summary>
    public const string MidUri = "urn:ietf:params:rtp-hdrext:sdes:mid";

    /// <summary>The time when the packet was sent, 6.18 fixed point seconds.</summary>
    public const string AbsoluteSendTimeUri = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time";

    /// <summary>The transport-wide sequence number.</summary>
    public const string TransportSequenceUri = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";

    /// <summary>The least and greatest delay that the receiver should aim at.</summary>
    public const string PlayoutDelayUri = "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay";

    /// <summary>RFC 8852: which encoding of a simulcast a stream is.</summary>
    public const string RidUri = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id";

    /// <summary>RFC 8852: which encoding a retransmission belongs to.</summary>
    public const string RepairedRidUri = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id";

    /// <summary>The id of mid.</summary>
    public int Mid { get; init; }

    /// <summary>The id of abs-send-time.</summary>
    public int AbsoluteSendTime { get; init; }

    /// <summary>The id of transport-wide-cc.</summary>
    public int TransportSequence { get; init; }

    /// <summary>The id of playout-delay.</summary>
    public int PlayoutDelay { get; init; }

    /// <summary>The id of rtp-stream-id.</summary>
    public int Rid { get; init; }

    /// <summary>The id of repaired-rtp-stream-id.</summary>
    public int RepairedRid { get; init; }

    /// <summary>Reads `extmap` attributes; ids above 14 do not fit the one-byte form and are left out.</summary>
    public static RtpExtensionIds Read(SdpMedia media)
    {
        Dictionary<string, int> ids = new(StringComparer.Ordinal);
        foreach (string value in media.All("extmap"))
        {
            string[] parts = value.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (parts.Length >= 2 && int.TryParse(parts[0].Split('/')[0], NumberStyles.None, CultureInfo.InvariantCulture, out int id) && id is > 0 and < 15)
            {
                ids.TryAdd(parts[1], id);
            }
        }

        return new RtpExtensionIds
        {
            Mid = ids.GetValueOrDefault(MidUri),
            AbsoluteSendTime = ids.GetValueOrDefault(AbsoluteSendTimeUri),
            TransportSequence = ids.GetValueOrDefault(TransportSequenceUri),
            PlayoutDelay = ids.GetValueOrDefault(PlayoutDelayUri),
            Rid = ids.GetValueOrDefault(RidUri),
            RepairedRid = ids.GetValueOrDefault(RepairedRidUri),
        };
    }

    internal IEnumerable<string> ToSdp()
    {
        (int Id, string Uri)[] all =
        [
            (Mid, MidUri), (AbsoluteSendTime, AbsoluteSendTimeUri), (TransportSequence, TransportSequenceUri),
            (PlayoutDelay, PlayoutDelayUri), (Rid, RidUri), (RepairedRid, RepairedRidUri),
        ];
        return all.Where(item => item.Id > 0).Select(item => string.Create(CultureInfo.InvariantCulture, $"{item.Id} {item.Uri}"));
    }
}
