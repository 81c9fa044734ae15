using Nsn.WebRtc.Media;

namespace Nsn.WebRtc.Sessions;

/// <content>Counters.</content>
public sealed partial class WebRtcSession
{
    /// <summary>The counters now.</summary>
    public SessionStatistics GetStatistics() => new()
    {
        State = State,
        SrtpProfile = SrtpProfile,
        PacketsSent = _outgoing.Sum(track => track.PacketsSent),
        BytesSent = _outgoing.Sum(track => track.BytesSent),
        FramesSent = _video?.FramesSent ?? 0,
        FramesDropped = _video?.FramesDropped ?? 0,
        NacksReceived = _nacks,
        PacketsRepeated = _outgoing.Sum(track => track.PacketsRepeated),
        PictureLossesReceived = _pictureLosses,
        PacketsLost = _packetsLost,
        FractionLost = _fractionLost,
        Jitter = _jitter,
        RoundTripTime = _ice.RoundTripTime ?? _roundTrip.Usual,
        EstimatedBitrate = EstimatedBitrate,
        QueuedBytes = QueuedMediaBytes,
        Encoding = CurrentEncoding,
        PacketsReceived = _incoming.Values.Sum(stream => stream.Statistics.Received),
        ReceivedPacketsLost = _incoming.Values.Sum(stream => Math.Max(0, stream.Statistics.Lost - stream.PacketsRecovered)),
        PacketsRecovered = _incoming.Values.Sum(stream => stream.PacketsRecovered),
        FramesReceived = _incoming.Values.Where(stream => stream.Media.Codec.IsVideo()).Sum(stream => stream.FramesReceived),
        NacksSent = NacksSent,
        DatagramsDropped = DatagramsDropped,
        PathChanges = _ice.PathChanges,
        Data = DataStatistics,
    };
}
