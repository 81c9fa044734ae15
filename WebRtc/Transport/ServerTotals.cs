using Nsn.WebRtc.Sessions;

namespace Nsn.WebRtc.Transport;

/// <summary>Sums over all sessions of a server since it was started, closed ones too.</summary>
public sealed record ServerTotals
{
    /// <summary>Offers that were answered.</summary>
    public long Accepted { get; init; }

    /// <summary>Sessions that ended, by <see cref="CloseReason"/> as index.</summary>
    public IReadOnlyList<long> Closed { get; init; } = [];

    /// <summary>RTP packets sent, without repeats.</summary>
    public long PacketsSent { get; init; }

    /// <summary>RTP payload bytes sent, without repeats.</summary>
    public long BytesSent { get; init; }

    /// <summary>RTP packets sent again.</summary>
    public long PacketsRepeated { get; init; }

    /// <summary>Video frames left out for viewers whose link is too slow.</summary>
    public long FramesDropped { get; init; }

    /// <summary>Datagrams of peers that were not valid.</summary>
    public long DatagramsDropped { get; init; }

    internal ServerTotals Plus(SessionStatistics session) => this with
    {
        PacketsSent = PacketsSent + session.PacketsSent,
        BytesSent = BytesSent + session.BytesSent,
        PacketsRepeated = PacketsRepeated + session.PacketsRepeated,
        FramesDropped = FramesDropped + session.FramesDropped,
        DatagramsDropped = DatagramsDropped + session.DatagramsDropped,
    };
}
