namespace Nsn.Gateway.Api;

/// <summary>A channel at one moment (docs/player-protocol.md section 5).</summary>
internal sealed record ChannelInfo
{
    public required string Name { get; init; }
    public required string Title { get; init; }
    public required long Now { get; init; }
    public required string State { get; init; }
    public required uint Epoch { get; init; }
    public required ulong Slot { get; init; }
    public required long SlotMilliseconds { get; init; }
    public SlotSummary? Current { get; init; }
    public IReadOnlyList<SlotSummary>? Next { get; init; }
    public required int QueueLength { get; init; }
    public required int Viewers { get; init; }
}
