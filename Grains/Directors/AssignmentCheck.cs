using Nsn.Grains.Epochs;
using Nsn.Grains.Ledger;
using Nsn.Grains.Slots;
using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Recipes;

namespace Nsn.Grains.Directors;

/// <summary>
/// Holds an assignment against the chain: who brings it may be anybody, and a director signs a statement about all that it names.
/// </summary>
internal static class AssignmentCheck
{
    /// <summary>Why an assignment does not follow from the chain, in one sentence; null when it does.</summary>
    /// <param name="assignment">What a collector says.</param>
    /// <param name="head">Any head of the chain: its first block and its timing count.</param>
    /// <param name="epoch">What the ledger says of the epoch that the assignment names.</param>
    public static string? WhyNot(SlotAssignment assignment, ChainHead head, EpochInfo epoch)
    {
        if (!Same(assignment.ChainId, head.GenesisHash))
            return "it is a slot of another chain";
        if (head.Timing.EpochOfSlot(assignment.Slot) != epoch.Epoch || assignment.Epoch != epoch.Epoch)
            return $"the slot is not one of epoch {assignment.Epoch}";
        if (assignment.Directors.Length != epoch.Directors.Length || !assignment.Directors.Zip(epoch.Directors).All(pair => Same(pair.First, pair.Second.Account)))
            return $"those are not the directors of epoch {epoch.Epoch}";
        if (!assignment.Proposers.AsSpan().SequenceEqual(EpochSchedule.Proposers(assignment.Slot, epoch.Directors.Length)))
            return "that is not the slot's order of proposers";
        if (!Same(assignment.Seed, SlotSeed.Derive(new Hash256(epoch.Randomness), assignment.Slot).ToArray()))
            return "the seed does not follow from the epoch's randomness";
        if (!RecipeCodec.TryDecode(assignment.Recipe, out var recipe, out var reason))
            return $"the recipe cannot be read: {reason}";
        if (!Authorship.Holds(recipe, new Hash256(head.GenesisHash)))
            return "the recipe is not signed by the author that it names";
        return Same(assignment.RecipeHash, recipe.Hash().ToArray()) && assignment.RecipeId == recipe.RecipeId
            ? null
            : "the recipe is not the one that is named";
    }

    private static bool Same(byte[] left, byte[] right) => left.AsSpan().SequenceEqual(right);
}
