namespace Nsn.Gateway.Api;

/// <summary>What a player asks first (docs/player-protocol.md section 1).</summary>
internal sealed record GatewayInfo
{
    public required int Protocol { get; init; }
    public required string Gateway { get; init; }
    public required string ChainId { get; init; }
    public required string? History { get; init; }
    public required ulong? Slot { get; init; }
    public required long Now { get; init; }
    public required IReadOnlyList<ChannelName> Channels { get; init; }
    public required int Threshold { get; init; }
    public required long SlotMilliseconds { get; init; }
    public required WebRtcInfo Webrtc { get; init; }
    public required string? Explorer { get; init; }
}
