using Nsn.WebRtc.Sctp;
using Nsn.WebRtc.Srtp;

namespace Nsn.WebRtc.Sessions;

/// <summary>The counters of a session at one moment.</summary>
public sealed record SessionStatistics
{
    /// <summary>How far it is.</summary>
    public required SessionState State { get; init; }

    /// <summary>The SRTP profile; null without media.</summary>
    public SrtpProfile? SrtpProfile { get; init; }

    /// <summary>RTP packets sent, without repeats.</summary>
    public long PacketsSent { get; init; }

    /// <summary>RTP payload bytes sent, without repeats.</summary>
    public long BytesSent { get; init; }

    /// <summary>Video frames sent.</summary>
    public long FramesSent { get; init; }

    /// <summary>Video frames left out: before the first key frame, or because the link was too slow.</summary>
    public long FramesDropped { get; init; }

    /// <summary>Packets that the peer asked for again.</summary>
    public long NacksReceived { get; init; }

    /// <summary>Packets sent again.</summary>
    public long PacketsRepeated { get; init; }

    /// <summary>Key frames that the peer asked for.</summary>
    public long PictureLossesReceived { get; init; }

    /// <summary>The peer's count of video packets lost.</summary>
    public long PacketsLost { get; init; }

    /// <summary>The fraction of video packets lost in the peer's last report, 0 to 1.</summary>
    public double FractionLost { get; init; }

    /// <summary>The peer's jitter.</summary>
    public TimeSpan Jitter { get; init; }

    /// <summary>The round trip from reports; 50 ms before the first.</summary>
    public TimeSpan RoundTripTime { get; init; }

    /// <summary>What the way to the peer carries, bits per second.</summary>
    public long EstimatedBitrate { get; init; }

    /// <summary>Payload bytes that wait for the pacer.</summary>
    public long QueuedBytes { get; init; }

    /// <summary>The encoding of a simulcast that the peer gets.</summary>
    public int Encoding { get; init; }

    /// <summary>RTP packets received, without repeats.</summary>
    public long PacketsReceived { get; init; }

    /// <summary>Of those sources, packets that never came.</summary>
    public long ReceivedPacketsLost { get; init; }

    /// <summary>Packets that came after we asked for them again.</summary>
    public long PacketsRecovered { get; init; }

    /// <summary>Video frames received whole.</summary>
    public long FramesReceived { get; init; }

    /// <summary>Packets that we asked the peer for again.</summary>
    public long NacksSent { get; init; }

    /// <summary>Datagrams dropped: malformed, forged, replayed or out of place.</summary>
    public long DatagramsDropped { get; init; }

    /// <summary>How often the path moved to another address of the peer.</summary>
    public int PathChanges { get; init; }

    /// <summary>The data channel association; null without data channels.</summary>
    public SctpStatistics? Data { get; init; }
}
