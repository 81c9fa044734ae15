using Nsn.Grains.Directors;
using Nsn.Grains.Ledger;

namespace Nsn.Grains.Epochs;

/// <summary>One epoch. What it knows comes from the ledger, so it stores nothing of its own.</summary>
internal sealed partial class EpochGrain(ILogger<EpochGrain> logger) : Grain, IEpochGrain
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(500);
    private EpochInfo? _info;
    private readonly HashSet<(BeaconDuty Duty, string Director)> _served = [];
    private readonly HashSet<(EpochPhase Phase, string Director)> _heard = [];
    private EpochPhase? _told;
    private Task _telling = Task.CompletedTask;
    private Task _beacon = Task.CompletedTask;

    private uint Number => checked((uint)this.GetPrimaryKeyLong());

    public async Task<EpochInfo?> GetAsync() =>
        _info ??= await GrainFactory.GetGrain<ILedgerGrain>(ChainName.Default).GetEpochAsync(Number);

    public async Task<EpochPhase> ObserveAsync(ChainHead head)
    {
        var phase = EpochSchedule.PhaseAt(Number, head.Block, head.Timing);
        if (phase == EpochPhase.Future || await GetAsync() is not { } info)
            return phase;

        // Each answer waits for a block, so nobody waits for them; what failed is asked again at the next look.
        if (_beacon.IsCompleted && EpochSchedule.BeaconDutyAt(Number, head.Block + 1, head.Timing) is var duty and not BeaconDuty.None)
            _beacon = ServeBeaconAsync(info, duty);
        if (phase == _told)
            return phase;

        if (_telling.IsCompleted)
        {
            // One that does not answer holds up nobody: slots are planned after this.
            _telling = TellAsync(info, phase);
            await Task.WhenAny(_telling, Task.Delay(s_patience));
        }

        if (phase == _told && phase == EpochPhase.Closed)
            DeactivateOnIdle();
        return phase;
    }

    private async Task TellAsync(EpochInfo info, EpochPhase phase)
    {
        var failed = 0;
        await Task.WhenAll(info.Directors.Where(director => !_heard.Contains((phase, director.Address))).Select(async director =>
        {
            try
            {
                await GrainFactory.GetGrain<IDirectorGrain>(Convert.ToHexStringLower(director.Account)).ObserveEpochAsync(Number, phase);
                _heard.Add((phase, director.Address));
            }
            catch (Exception failure)
            {
                failed++;
                LogNotTold(failure, Number, phase, director.Address);
            }
        }));
        if (failed == 0)
            _told = phase;
    }

    private Task ServeBeaconAsync(EpochInfo info, BeaconDuty duty) => Task.WhenAll(
        info.Directors.Where(director => !_served.Contains((duty, director.Address))).Select(async director =>
        {
            try
            {
                if (await GrainFactory.GetGrain<IDirectorGrain>(Convert.ToHexStringLower(director.Account)).ServeBeaconAsync(Number, duty))
                    _served.Add((duty, director.Address));
            }
            catch (Exception failure)
            {
                LogBeacon(Number, director.Address, duty, failure.Message);
            }
        }));

    [LoggerMessage(2, LogLevel.Warning, "Epoch {Epoch}: director {Director} did not {Duty} for the beacon ({Reason}); asked again at the next look")]
    private partial void LogBeacon(uint epoch, string director, BeaconDuty duty, string reason);

    [LoggerMessage(1, LogLevel.Warning, "Epoch {Epoch}: director {Director} did not hear that it is {Phase}; told again at the next look")]
    private partial void LogNotTold(Exception failure, uint epoch, EpochPhase phase, string director);
}
