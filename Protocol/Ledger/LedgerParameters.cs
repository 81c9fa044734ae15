namespace Nsn.Protocol.Ledger;

/// <summary>The constants of a network. Times are in blocks unless the name says otherwise. See docs/ledger.md for a table.</summary>
public sealed partial record LedgerParameters
{
    /// <summary>The preset's name: main, test or dev.</summary>
    public required string Name { get; init; }

    /// <summary>Milliseconds between two blocks.</summary>
    public required uint BlockMilliseconds { get; init; }

    /// <summary>Blocks that a slot is on air.</summary>
    public uint BlocksPerSlot { get; init; } = 8;

    /// <summary>Blocks of an epoch: a whole number of slots.</summary>
    public required uint BlocksPerEpoch { get; init; }

    /// <summary>Blocks before an epoch at which its directors are elected.</summary>
    public required uint OnDeckBlocks { get; init; }

    /// <summary>Blocks of a day: treasury distribution.</summary>
    public required uint BlocksPerDay { get; init; }

    /// <summary>Blocks of an idle week: reputation decay.</summary>
    public required uint BlocksPerWeek { get; init; }

    /// <summary>Blocks of a year: emission.</summary>
    public required uint BlocksPerYear { get; init; }

    /// <summary>Days of a year in which something is distributed.</summary>
    public uint DistributionsPerYear => BlocksPerYear / BlocksPerDay;

    /// <summary>Slots of an epoch.</summary>
    public uint SlotsPerEpoch => BlocksPerEpoch / BlocksPerSlot;

    /// <summary>SS58 address prefix.</summary>
    public ushort Ss58Prefix { get; init; } = 42;

    /// <summary>Version of the rules; part of what a signature covers.</summary>
    public uint SpecVersion { get; init; } = 1;

    /// <summary>Version of the extrinsic format; part of what a signature covers.</summary>
    public uint TransactionVersion { get; init; } = 1;

    /// <summary>Blocks whose hashes are remembered, which bounds the life of a mortal extrinsic.</summary>
    public uint BlockHashCount { get; init; } = 4096;

    /// <summary>The epoch of a block.</summary>
    public uint EpochOf(uint block) => block / BlocksPerEpoch;

    /// <summary>The slot on air at a block.</summary>
    public ulong SlotOf(uint block) => block / BlocksPerSlot;

    /// <summary>The epoch whose directors answer for a slot.</summary>
    public uint EpochOfSlot(ulong slot) => (uint)(slot / SlotsPerEpoch);

    /// <summary>The first block of a slot.</summary>
    public uint FirstBlockOfSlot(ulong slot) => checked((uint)(slot * BlocksPerSlot));

    /// <summary>The first block of an epoch.</summary>
    public uint FirstBlockOfEpoch(uint epoch) => checked(epoch * BlocksPerEpoch);
}
