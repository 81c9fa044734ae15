namespace Nsn.Grains.Inference;

/// <summary>Knows the devices of the cluster and chooses among them; one grain, key "devices".</summary>
[Alias("nsn.device-directory")]
public interface IDeviceDirectoryGrain : IGrainWithStringKey
{
    /// <summary>A device says how it is; to be repeated every second or two, else it is forgotten.</summary>
    Task ReportAsync(DeviceStatus status);

    /// <summary>A silo that shuts down takes its devices away.</summary>
    Task WithdrawAsync(string deviceKey);

    /// <summary>
    /// The best device for a model pack: warm before cold, then the shortest wait, then the most free memory.
    /// Devices that say that they have failed are left out. Null when no other device reports.
    /// </summary>
    /// <param name="packHash">Hash of the pack, hexadecimal.</param>
    /// <param name="exclude">Devices that just failed the caller.</param>
    Task<DeviceStatus?> ChooseAsync(string packHash, string[] exclude);

    /// <summary>All devices that report.</summary>
    Task<DeviceStatus[]> ListAsync();
}
