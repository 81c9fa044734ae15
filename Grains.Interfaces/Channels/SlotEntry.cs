using Nsn.Grains.Slots;

namespace Nsn.Grains.Channels;

/// <summary>A slot in a channel's programme.</summary>
/// <param name="Channel">The channel.</param>
/// <param name="Origin">Where its recipe came from.</param>
/// <param name="AirsAt">When it goes on air.</param>
/// <param name="AirDuration">How long.</param>
/// <param name="Report">Everything known about the slot.</param>
[GenerateSerializer, Immutable, Alias("nsn.slot-entry")]
public sealed record SlotEntry(
    [property: Id(0)] string Channel,
    [property: Id(1)] RecipeOrigin Origin,
    [property: Id(2)] DateTimeOffset AirsAt,
    [property: Id(3)] TimeSpan AirDuration,
    [property: Id(4)] SlotReport Report);
