using System.Diagnostics.CodeAnalysis;

namespace Nsn.Gateway.Api;

/// <summary>A certified slot that can be had as a file (docs/player-protocol.md section 4).</summary>
internal sealed record RecordingSummary : SlotSummary
{
    /// <summary>The slot, and where its file is.</summary>
    [SetsRequiredMembers]
    public RecordingSummary(SlotSummary slot, string url)
        : base(slot) => Url = url;

    /// <summary>Path of the file.</summary>
    public string Url { get; }
}
