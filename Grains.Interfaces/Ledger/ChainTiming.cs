namespace Nsn.Grains.Ledger;

/// <summary>The clock of a chain: everything is counted in blocks.</summary>
/// <param name="BlockTime">Time between two blocks.</param>
/// <param name="BlocksPerSlot">Blocks that one slot is on air.</param>
/// <param name="BlocksPerEpoch">Blocks of an epoch.</param>
/// <param name="OnDeckBlocks">Blocks before an epoch's start at which its directors are known and get ready.</param>
[GenerateSerializer, Immutable, Alias("nsn.chain-timing")]
public sealed record ChainTiming(
    [property: Id(0)] TimeSpan BlockTime,
    [property: Id(1)] uint BlocksPerSlot,
    [property: Id(2)] uint BlocksPerEpoch,
    [property: Id(3)] uint OnDeckBlocks)
{
    /// <summary>How long one slot is on air.</summary>
    public TimeSpan SlotDuration => BlockTime * BlocksPerSlot;

    /// <summary>The slot on air at a block.</summary>
    public ulong SlotOf(ulong block) => block / BlocksPerSlot;

    /// <summary>The epoch of a block.</summary>
    public uint EpochOf(ulong block) => (uint)(block / BlocksPerEpoch);

    /// <summary>The epoch whose directors answer for a slot: the one in which the slot's first block lies.</summary>
    public uint EpochOfSlot(ulong slot) => EpochOf(FirstBlockOfSlot(slot));

    /// <summary>The block at which a slot goes on air.</summary>
    public ulong FirstBlockOfSlot(ulong slot) => slot * BlocksPerSlot;

    /// <summary>The first block of an epoch.</summary>
    public ulong FirstBlockOfEpoch(uint epoch) => (ulong)epoch * BlocksPerEpoch;
}
