using Nsn.Protocol.Certificates;
using Nsn.Protocol.Consensus;
using Nsn.Protocol.Cryptography;

namespace Nsn.Grains.Slots;

/// <summary>Turns an assignment into what the protocol's state machines take.</summary>
internal static class SlotContexts
{
    /// <summary>The epoch's directors as a certificate names them.</summary>
    public static EpochDirectors Directors(SlotAssignment assignment) => new(
        new Hash256(assignment.ChainId), assignment.Epoch, [.. assignment.Directors.Select(account => new AccountId(account))]);

    /// <summary>What the directors agree on for a published clip.</summary>
    public static SlotContext Of(SlotAssignment assignment, ReadOnlySpan<byte> contentRoot) => new()
    {
        Directors = Directors(assignment),
        Slot = assignment.Slot,
        RecipeHash = new Hash256(assignment.RecipeHash),
        ModelPackHash = new Hash256(assignment.ModelPackHash),
        ContentRoot = new Hash256(contentRoot),
    };
}
