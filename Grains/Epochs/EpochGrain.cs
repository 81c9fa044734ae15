using Nsn.Grains.Directors;
using Nsn.Grains.Ledger;

namespace Nsn.Grains.Epochs;

/// <summary>One epoch. What it knows comes from the ledger, so it stores nothing of its own.</summary>
internal sealed partial class EpochGrain(ILogger<EpochGrain> logger) : Grain, IEpochGrain
{
    private EpochInfo? _info;
    private EpochPhase? _told;

    private uint Number => checked((uint)this.GetPrimaryKeyLong());

    public async Task<EpochInfo?> GetAsync() =>
        _info ??= await GrainFactory.GetGrain<ILedgerGrain>(ChainName.Default).GetEpochAsync(Number);

    public async Task<EpochPhase> ObserveAsync(ChainHead head)
    {
        var phase = EpochSchedule.PhaseAt(Number, head.Block, head.Timing);
        if (phase == EpochPhase.Future || phase == _told || await GetAsync() is not { } info)
            return phase;

        var failed = 0;
        await Task.WhenAll(info.Directors.Select(async director =>
        {
            try
            {
                await GrainFactory.GetGrain<IDirectorGrain>(Convert.ToHexStringLower(director.Account)).ObserveEpochAsync(Number, phase);
            }
            catch (Exception failure)
            {
                failed++;
                LogNotTold(failure, Number, phase, director.Address);
            }
        }));
        if (failed == 0)
            _told = phase;
        if (phase == EpochPhase.Closed)
            DeactivateOnIdle();
        return phase;
    }

    [LoggerMessage(1, LogLevel.Warning, "Epoch {Epoch}: director {Director} did not hear that it is {Phase}; told again at the next look")]
    private partial void LogNotTold(Exception failure, uint epoch, EpochPhase phase, string director);
}
