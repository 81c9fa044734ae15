namespace Nsn.Grains.Slots;

/// <summary>What is fixed about a slot before anyone works on it. From here on nothing of it may change.</summary>
/// <param name="ChainId">The chain: hash of its genesis block, 32 bytes.</param>
/// <param name="Epoch">The epoch whose directors answer for it.</param>
/// <param name="Slot">Its number.</param>
/// <param name="Recipe">The recipe in canonical SCALE bytes.</param>
/// <param name="RecipeHash">SHA-256 of <paramref name="Recipe"/>.</param>
/// <param name="RecipeId">Name under which a person can ask for the recipe.</param>
/// <param name="Seed">SHA-256 of the epoch's randomness and the slot, 32 bytes.</param>
/// <param name="ModelPackHash">Hash of the model pack, 32 bytes.</param>
/// <param name="Directors">Accounts of the five directors, in the order of the election.</param>
/// <param name="Proposers">Indices into <paramref name="Directors"/> in the order in which they propose.</param>
/// <param name="Deadline">When a certificate is of no use any more: the slot goes on air.</param>
[GenerateSerializer, Immutable, Alias("nsn.slot-assignment")]
public sealed record SlotAssignment(
    [property: Id(0)] byte[] ChainId,
    [property: Id(1)] uint Epoch,
    [property: Id(2)] ulong Slot,
    [property: Id(3)] byte[] Recipe,
    [property: Id(4)] byte[] RecipeHash,
    [property: Id(5)] string RecipeId,
    [property: Id(6)] byte[] Seed,
    [property: Id(7)] byte[] ModelPackHash,
    [property: Id(8)] byte[][] Directors,
    [property: Id(9)] int[] Proposers,
    [property: Id(10)] DateTimeOffset Deadline);
