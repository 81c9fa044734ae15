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

    /// <summary>
    /// What an epoch's directors owe the beacon, if it is in the given block: to commit from their election until the candidates of the next one are fixed,
    /// three on-deck leads before the end; to reveal from then until the next election, one lead before the end.
    /// </summary>
    public static BeaconDuty BeaconDutyAt(uint epoch, ulong block, ChainTiming timing)
    {
        var first = timing.FirstBlockOfEpoch(epoch);
        var end = first + timing.BlocksPerEpoch;
        if (block + timing.OnDeckBlocks < first || block + timing.OnDeckBlocks >= end)
            return BeaconDuty.None;
        return block + 3UL * timing.OnDeckBlocks < end ? BeaconDuty.Commit : BeaconDuty.Reveal;
    }

    /// <summary>The order in which directors propose a slot: rotation by slot, so that each is first equally often.</summary>
    public static int[] Proposers(ulong slot, int directors) =>
        [.. Enumerable.Range(0, directors).Select(offset => (int)((slot + (ulong)offset) % (ulong)directors))];
}
