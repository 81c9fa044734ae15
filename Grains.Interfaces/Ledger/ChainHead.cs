namespace Nsn.Grains.Ledger;

/// <summary>Where the chain is.</summary>
/// <param name="ChainId">Name of the chain, part of every signed statement.</param>
/// <param name="GenesisHash">BLAKE2b-256 of block 0.</param>
/// <param name="Block">Number of the last journaled block.</param>
/// <param name="BlockHash">BLAKE2b-256 of its header.</param>
/// <param name="SealedAt">When it was sealed.</param>
/// <param name="Timing">The constants from which slot and epoch follow.</param>
[GenerateSerializer, Immutable, Alias("nsn.chain-head")]
public sealed record ChainHead(
    [property: Id(0)] string ChainId,
    [property: Id(1)] byte[] GenesisHash,
    [property: Id(2)] ulong Block,
    [property: Id(3)] byte[] BlockHash,
    [property: Id(4)] DateTimeOffset SealedAt,
    [property: Id(5)] ChainTiming Timing)
{
    /// <summary>The slot on air at this block.</summary>
    public ulong Slot => Timing.SlotOf(Block);

    /// <summary>The epoch of this block.</summary>
    public uint Epoch => Timing.EpochOf(Block);
}
