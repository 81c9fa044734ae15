using System.Collections.Concurrent;
using Nsn.Gateway.Api;
using Nsn.Gateway.Endpoints;
using Nsn.Grains;
using Nsn.Grains.Ledger;

namespace Nsn.Gateway.Channels;

/// <summary>The directors of epochs, asked of the ledger once and kept: within one history of the chain an epoch's directors never change.</summary>
internal sealed class DirectorBook(IGrainFactory grains)
{
    private const int EpochsKept = 512;
    private readonly ConcurrentDictionary<uint, DirectorsInfo> _known = new();

    /// <summary>Forgets all of them: the chain has another history now.</summary>
    public void Forget() => _known.Clear();

    /// <summary>The directors, or null when the epoch is not elected or the ledger does not answer.</summary>
    public async Task<DirectorsInfo?> FindAsync(uint epoch)
    {
        try
        {
            return await AskAsync(epoch);
        }
        catch (Exception failure) when (Problems.IsOutage(failure))
        {
            return null;
        }
    }

    /// <summary>The directors, or null when the epoch is not elected or forgotten. Fails while the ledger would have to be asked and cannot be: that says nothing about the epoch.</summary>
    public async Task<DirectorsInfo?> AskAsync(uint epoch)
    {
        if (_known.TryGetValue(epoch, out var known))
            return known;
        var ledger = grains.GetGrain<ILedgerGrain>(ChainName.Default);
        if (await ledger.GetEpochAsync(epoch) is not { } info)
            return null;
        if (_known.Count >= EpochsKept)
            _known.TryRemove(_known.Keys.Min(), out _);
        return _known.GetOrAdd(epoch, ApiMapper.ToDirectors(info, await ledger.GetHeadAsync()));
    }
}
