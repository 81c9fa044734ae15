using Nsn.Grains.Ledger;

namespace Nsn.Grains.Epochs;

/// <summary>One epoch; the key is its number. Knows its directors and tells them when they are on deck, active and done.</summary>
[Alias("nsn.epoch")]
public interface IEpochGrain : IGrainWithIntegerKey
{
    /// <summary>The elected directors, read from the ledger once; null while the ledger has not elected them.</summary>
    [AlwaysInterleave]
    Task<EpochInfo?> GetAsync();

    /// <summary>
    /// Compares the epoch with where the chain is and tells its directors their phase. May be called any number of times, with any head,
    /// in any order: what counts is the head, not the number of calls, so a missed call is repaired by the next one.
    /// </summary>
    Task<EpochPhase> ObserveAsync(ChainHead head);
}
