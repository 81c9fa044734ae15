using System.Buffers.Binary;
using System.Security.Cryptography;
using Nsn.Grains.Ledger;

namespace Nsn.Grains.Epochs;

/// <summary>What follows from an epoch and the chain's clock: pure.</summary>
public static class EpochSchedule
{
    /// <summary>The phase of an epoch at a block.</summary>
    public static EpochPhase PhaseAt(uint epoch, ulong block, ChainTiming timing)
    {
        var first = timing.FirstBlockOfEpoch(epoch);
        if (block >= first + timing.BlocksPerEpoch)
            return EpochPhase.Closed;
        if (block >= first)
            return EpochPhase.Active;
        return block + timing.OnDeckBlocks >= first ? EpochPhase.OnDeck : EpochPhase.Future;
    }

    /// <summary>The order in which directors propose a slot: rotation by slot, so that each is first equally often.</summary>
    public static int[] Proposers(ulong slot, int directors) =>
        [.. Enumerable.Range(0, directors).Select(offset => (int)((slot + (ulong)offset) % (ulong)directors))];

    /// <summary>Seed of a slot: SHA-256 of a domain tag, the epoch's randomness and the slot (u64, little endian).</summary>
    public static byte[] SlotSeed(ReadOnlySpan<byte> epochRandomness, ulong slot)
    {
        var domain = "nsn/slot-seed/1"u8;
        Span<byte> input = stackalloc byte[domain.Length + 32 + sizeof(ulong)];
        domain.CopyTo(input);
        epochRandomness.CopyTo(input[domain.Length..]);
        BinaryPrimitives.WriteUInt64LittleEndian(input[(domain.Length + 32)..], slot);
        return SHA256.HashData(input);
    }
}
