using Nsn.Grains;
using Nsn.Grains.Inference;

namespace Nsn.Silo.Inference;

/// <summary>Warms this silo's device, then tells the directory every two seconds how it is, and takes it away at shutdown.</summary>
internal sealed partial class DeviceReporter(
    IGrainFactory grains, VortexDevices devices, SiloHealth health, TimeProvider time, ILogger<DeviceReporter> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!await TryWarmAsync())
            await Task.Delay(TimeSpan.FromSeconds(5), time, stoppingToken);

        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(2), time);
        do
        {
            foreach (var device in devices.All)
            {
                try
                {
                    // The grain is asked, not the device: this also brings the grain back to this silo when it was lost.
                    var status = await grains.GetGrain<IInferenceGrain>(device.Status.Key).GetStatusAsync();
                    await grains.GetGrain<IDeviceDirectoryGrain>(ChainName.Devices).ReportAsync(status);
                }
                catch (Exception failure) when (failure is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
                {
                    LogNotReported(device.Status.Key, failure.Message);
                }
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        foreach (var device in devices.All)
        {
            try
            {
                await grains.GetGrain<IDeviceDirectoryGrain>(ChainName.Devices).WithdrawAsync(device.Status.Key);
            }
            catch (Exception failure)
            {
                LogNotReported(device.Status.Key, failure.Message);
            }
        }

        await base.StopAsync(cancellationToken);
    }

    private async Task<bool> TryWarmAsync()
    {
        try
        {
            foreach (var device in devices.All)
                await grains.GetGrain<IInferenceGrain>(device.Status.Key).WarmAsync();
            health.DeviceReady();
            return true;
        }
        catch (Exception failure)
        {
            health.DeviceFailed(failure.Message);
            LogNotWarm(failure);
            return false;
        }
    }

    [LoggerMessage(1, LogLevel.Error, "The device could not be made ready; tried again in five seconds")]
    private partial void LogNotWarm(Exception failure);

    [LoggerMessage(2, LogLevel.Warning, "Device {Device} was not reported: {Reason}")]
    private partial void LogNotReported(string device, string reason);
}
