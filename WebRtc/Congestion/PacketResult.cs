namespace Nsn.WebRtc.Congestion;

/// <summary>What feedback says of one sent packet.</summary>
/// <param name="SentAt">When it was sent, on our clock.</param>
/// <param name="Length">Bytes.</param>
/// <param name="ReceivedAt">When it came, on the peer's clock; null if it did not come.</param>
/// <param name="Cluster">The probe that it was sent for; 0 for none.</param>
internal readonly record struct PacketResult(TimeSpan SentAt, int Length, TimeSpan? ReceivedAt, byte Cluster = 0);
