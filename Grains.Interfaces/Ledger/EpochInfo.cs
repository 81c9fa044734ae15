namespace Nsn.Grains.Ledger;

/// <summary>An epoch as the ledger elected it.</summary>
/// <param name="Epoch">Its number.</param>
/// <param name="FirstBlock">First block.</param>
/// <param name="EndBlock">First block after it.</param>
/// <param name="Randomness">The beacon value from which slot seeds follow, 32 bytes.</param>
/// <param name="Directors">The elected directors in the order of the election.</param>
[GenerateSerializer, Immutable, Alias("nsn.epoch-info")]
public sealed record EpochInfo(
    [property: Id(0)] uint Epoch,
    [property: Id(1)] ulong FirstBlock,
    [property: Id(2)] ulong EndBlock,
    [property: Id(3)] byte[] Randomness,
    [property: Id(4)] DirectorInfo[] Directors);
