using Nsn.WebRtc.Media;

namespace Nsn.WebRtc.Sessions;

/// <summary>
/// How an RTP packet was built, so that it can be built again. A repeat without RTX must be the same bytes: AES-GCM breaks if one index protects two
/// different packets.
/// </summary>
internal struct SentPacket
{
    public MediaFrame? Frame;
    public int PacketIndex;

    /// <summary>True for a frame's last packet: with it the history lets go of the frame.</summary>
    public bool IsLast;
    public ulong Index;
    public uint Timestamp;
    public int PictureId;
    public ushort TransportSequence;
    public uint AbsoluteSendTime;
    public bool HasMid;
    public int MinimumDelayUnits;
    public TimeSpan LastSent;

    /// <summary>True while its number waits in the queue of repeats.</summary>
    public bool WaitsForRepeat;
}
