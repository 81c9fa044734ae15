using System.ComponentModel.DataAnnotations;

namespace Nsn.Grains.Channels;

/// <summary>How a channel plans; section "Channel" of the configuration.</summary>
public sealed class ChannelOptions
{
    /// <summary>What people read.</summary>
    [Required, StringLength(60)]
    public string Title { get; set; } = "NSN One";

    /// <summary>Slots that are worked on ahead of the one on air, where the devices keep up.</summary>
    [Range(1, 4)]
    public int LeadSlots { get; set; } = 2;

    /// <summary>Slots that are worked on ahead of the one on air where devices are slow, as far as the directors of their epochs are known.</summary>
    [Range(1, 12)]
    public int LeadSlotsMax { get; set; } = 6;

    /// <summary>Recipes that may wait.</summary>
    [Range(1, 1000)]
    public int QueueMax { get; set; } = 20;

    /// <summary>Recipes of one sender that may wait.</summary>
    [Range(1, 1000)]
    public int QueuePerSubmitterMax { get; set; } = 5;

    /// <summary>How many slots a recipe of a person gets before it is given up.</summary>
    [Range(1, 5)]
    public int AttemptsMax { get; set; } = 3;

    /// <summary>Slots that are remembered.</summary>
    [Range(8, 1000)]
    public int SlotsKept { get; set; } = 60;

    /// <summary>Width and height of the programme's clips, pixels.</summary>
    [Range(64, 1024)]
    public int PictureSize { get; set; } = 256;

    /// <summary>Frames per second of the programme's clips.</summary>
    [Range(8, 60)]
    public int FramesPerSecond { get; set; } = 12;
}
