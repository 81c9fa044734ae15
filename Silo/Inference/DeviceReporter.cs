using Nsn.Grains;
using Nsn.Grains.Inference;

namespace Nsn.Silo.Inference;

/// <summary>Warms this silo's device, then tells the directory and /health every two seconds how it is, has it checked, and takes it away at shutdown.</summary>
internal sealed partial class DeviceReporter(
    IGrainFactory grains, IInferenceDevices devices, SiloHealth health, TimeProvider time, ILogger<DeviceReporter> logger) : BackgroundService
{
    private static readonly TimeSpan s_warmAgain = TimeSpan.FromSeconds(5);

    /// <summary>When the call has not come to the device at all: a silo that was killed has its grains until the others have noticed.</summary>
    private static readonly TimeSpan s_callAgain = TimeSpan.FromMilliseconds(250);
    private string? _lastFailure;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (await TryWarmAsync() is { } wait)
            await Task.Delay(wait, time, stoppingToken);

        var checks = Task.CompletedTask;
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(2), time);
        do
        {
            // Beside the reports: a canary waits in line like any job.
            if (checks.IsCompleted)
                checks = Task.WhenAll(devices.All.Select(device => CheckAsync(device, stoppingToken)));
            Tell();
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

    private async Task CheckAsync(IInferenceDevice device, CancellationToken stoppingToken)
    {
        try
        {
            await device.CheckAsync(stoppingToken);
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
        {
            LogNotChecked(failure, device.Status.Key);
        }
    }

    private void Tell()
    {
        if (devices.All.Select(device => device.Status.Failure).FirstOrDefault(failure => failure is not null) is { } failure)
            health.DeviceFailed(failure);
        else
            health.DeviceReady();
    }

    /// <summary>Warms the devices.</summary>
    /// <returns>How long to wait before it is tried again; null when they are warm.</returns>
    private async Task<TimeSpan?> TryWarmAsync()
    {
        try
        {
            foreach (var device in devices.All)
                await grains.GetGrain<IInferenceGrain>(device.Status.Key).WarmAsync();
            health.DeviceReady();
            return null;
        }
        catch (Exception failure)
        {
            // What no attempt will change, an adapter that is not there for instance, is told once.
            if (failure.Message != _lastFailure)
                LogNotWarm(failure, failure.Message);
            _lastFailure = failure.Message;
            health.DeviceFailed(failure.Message);
            return failure is OrleansException ? s_callAgain : s_warmAgain;
        }
    }

    [LoggerMessage(1, LogLevel.Error, "The device could not be made ready; tried again in a moment: {Reason}")]
    private partial void LogNotWarm(Exception failure, string reason);

    [LoggerMessage(3, LogLevel.Error, "Device {Device} could not be checked")]
    private partial void LogNotChecked(Exception failure, string device);

    [LoggerMessage(2, LogLevel.Warning, "Device {Device} was not reported: {Reason}")]
    private partial void LogNotReported(string device, string reason);
}
