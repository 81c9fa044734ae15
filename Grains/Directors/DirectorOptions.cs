using System.ComponentModel.DataAnnotations;

namespace Nsn.Grains.Directors;

/// <summary>How directors check; section "Director" of the configuration.</summary>
public sealed class DirectorOptions
{
    /// <summary>Frames that each director regenerates of every clip, drawn from a secret of its own.</summary>
    [Range(0, 3600)]
    public int SampleCount { get; set; } = 3;

    /// <summary>Devices that are tried for one job.</summary>
    [Range(1, 10)]
    public int DeviceAttempts { get; set; } = 3;
}
