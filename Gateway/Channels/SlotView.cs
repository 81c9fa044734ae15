using Nsn.Gateway.Api;
using Nsn.Grains.Channels;

namespace Nsn.Gateway.Channels;

/// <summary>A slot as this gateway knows it; immutable, replaced at every change.</summary>
/// <param name="Summary">What is told to players.</param>
/// <param name="Entry">What the channel grain said, or null for filler that this gateway made up.</param>
/// <param name="Content">The bytes, once they are here and checked.</param>
/// <param name="Certificate">The certificate, when the slot has one.</param>
/// <param name="Recipe">Canonical recipe bytes, when known.</param>
internal sealed record SlotView(SlotSummary Summary, SlotEntry? Entry, SlotContent? Content, byte[]? Certificate, byte[]? Recipe)
{
    public ulong Slot => Summary.Slot;

    public DateTimeOffset AirsAt => DateTimeOffset.FromUnixTimeMilliseconds(Summary.AirsAt);

    public DateTimeOffset EndsAt => AirsAt.AddMilliseconds(Summary.DurationMilliseconds);

    /// <summary>Whether it is shown as certified.</summary>
    public bool IsCertified => Content is not null && Certificate is not null;
}
