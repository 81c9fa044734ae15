using System.Diagnostics.CodeAnalysis;

namespace Nsn.Gateway.Api;

/// <summary>Everything about a slot (docs/player-protocol.md section 5).</summary>
internal sealed record SlotDetail : SlotSummary
{
    /// <summary>Begins with the summary.</summary>
    [SetsRequiredMembers]
    public SlotDetail(SlotSummary summary, SlotTimes times)
        : base(summary) => Times = times;

    public string? Seed { get; init; }
    public string? ModelPackHash { get; init; }
    public string? ModelPack { get; init; }
    public IReadOnlyDictionary<string, double>? Thresholds { get; init; }
    public string? Proposer { get; init; }
    public ulong? Block { get; init; }
    public string? Script { get; init; }
    public IReadOnlyList<Caption> Captions { get; init; } = [];
    public IReadOnlyList<SlotDirector> Directors { get; init; } = [];
    public IReadOnlyList<float?[]> Similarity { get; init; } = [];
    public SlotTimes Times { get; }
    public IReadOnlyDictionary<string, double> StageSeconds { get; init; } = new Dictionary<string, double>();
}
