namespace Nsn.Grains.Inference;

/// <summary>Chooses a device for a job: pure, so that the choice can be read and tested apart from any cluster.</summary>
public static class DeviceChoice
{
    /// <summary>
    /// The best of the devices that work, or null when there is none. In this order: models warm before cold (loading costs more than a queue),
    /// the shorter wait, the more free memory, the key (so that equal devices give one answer).
    /// </summary>
    public static DeviceStatus? Best(IEnumerable<DeviceStatus> devices, string packHash, IReadOnlyCollection<string> exclude) => devices
        .Where(device => device.Failure is null && !exclude.Contains(device.Key))
        .OrderByDescending(device => device.WarmPacks.Contains(packHash))
        .ThenBy(device => device.QueueWait)
        .ThenBy(device => device.RunningJobs + device.QueuedJobs)
        .ThenByDescending(device => device.FreeMemory)
        .ThenBy(device => device.Key, StringComparer.Ordinal)
        .FirstOrDefault();
}
