namespace Nsn.WebRtc.Rtp;

/// <summary>A packet that waits for its turn.</summary>
internal struct IncomingPacket
{
    public bool IsPresent;
    public ulong Index;
    public byte[] Buffer;
    public int Length;
    public uint Timestamp;
    public bool Marker;
}
