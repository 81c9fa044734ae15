using Nsn.Grains;
using Nsn.Grains.Channels;
using Nsn.Grains.Ledger;

namespace Nsn.Silo;

/// <summary>
/// Keeps the grains awake that work by themselves: each core silo calls them every two seconds, so that they come back on
/// another silo seconds after the one they lived on is gone.
/// </summary>
internal sealed partial class CoreWaker(IGrainFactory grains, SiloHealth health, TimeProvider time, ILogger<CoreWaker> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(2), time);
        do
        {
            try
            {
                var head = await grains.GetGrain<ILedgerGrain>(ChainName.Default).GetHeadAsync();
                await grains.GetGrain<IChannelGrain>(ChainName.MainChannel).WakeAsync();
                health.CoreAlive(head.Block);
            }
            catch (Exception failure) when (failure is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                LogAsleep(failure.Message);
                health.CoreFailed(failure.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(1, LogLevel.Warning, "The ledger or the channel does not answer: {Reason}")]
    private partial void LogAsleep(string reason);
}
