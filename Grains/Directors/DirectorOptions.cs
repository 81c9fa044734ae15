using System.ComponentModel.DataAnnotations;
using Nsn.Grains.Inference;

namespace Nsn.Grains.Directors;

/// <summary>How directors check; section "Director" of the configuration.</summary>
public sealed class DirectorOptions
{
    /// <summary>Frames that each director regenerates of every clip, drawn from a secret of its own.</summary>
    [Range(0, 3600)]
    public int SampleCount { get; set; } = 3;

    /// <summary>Whether directors regenerate such a sample, or every frame of every clip: that finds a single changed frame, and takes about as long as making the clip.</summary>
    [EnumDataType(typeof(Regeneration))]
    public Regeneration Regeneration { get; set; } = Regeneration.Sample;

    /// <summary>Devices that are tried for one job.</summary>
    [Range(1, 10)]
    public int DeviceAttempts { get; set; } = 3;
}
