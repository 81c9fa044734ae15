namespace Nsn.Grains.Ledger;

/// <summary>A block as it stands in the journal.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Bytes">Header and extrinsics, SCALE.</param>
/// <param name="SealedAt">Its time on the chain's grid.</param>
public sealed record JournaledBlock(ulong Number, byte[] Bytes, DateTimeOffset SealedAt);
