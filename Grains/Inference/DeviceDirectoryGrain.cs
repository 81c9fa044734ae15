namespace Nsn.Grains.Inference;

/// <summary>Knows the devices that report. Holds nothing that a few seconds of reports do not bring back.</summary>
internal sealed class DeviceDirectoryGrain(TimeProvider time) : Grain, IDeviceDirectoryGrain
{
    // Devices report every two seconds; three missed reports make a device suspect enough not to be chosen.
    private static readonly TimeSpan s_forgetAfter = TimeSpan.FromSeconds(7);

    /// <summary>What a job is reckoned to add to a device's wait until it says so itself.</summary>
    private static readonly TimeSpan s_jobGuess = TimeSpan.FromSeconds(1);
    private readonly Dictionary<string, DeviceStatus> _devices = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DateTimeOffset> _heard = new(StringComparer.Ordinal);

    public Task ReportAsync(DeviceStatus status)
    {
        _devices[status.Key] = status;
        _heard[status.Key] = time.GetUtcNow();
        return Task.CompletedTask;
    }

    public Task WithdrawAsync(string deviceKey)
    {
        _devices.Remove(deviceKey);
        _heard.Remove(deviceKey);
        return Task.CompletedTask;
    }

    public Task<DeviceStatus?> ChooseAsync(string packHash, string[] exclude)
    {
        Forget();
        var chosen = DeviceChoice.Best(_devices.Values, packHash, exclude);
        if (chosen is not null)
        {
            // Until its next report the device counts as busier, so that callers within that time spread out, the five directors of a slot among them.
            _devices[chosen.Key] = chosen with { QueuedJobs = chosen.QueuedJobs + 1, QueueWait = chosen.QueueWait + s_jobGuess };
        }

        return Task.FromResult(chosen);
    }

    public Task<DeviceStatus[]> ListAsync()
    {
        Forget();
        return Task.FromResult(_devices.Values.OrderBy(device => device.Key, StringComparer.Ordinal).ToArray());
    }

    private void Forget()
    {
        var oldest = time.GetUtcNow() - s_forgetAfter;
        foreach (var (key, _) in _heard.Where(heard => heard.Value < oldest).ToArray())
        {
            _devices.Remove(key);
            _heard.Remove(key);
        }
    }
}
