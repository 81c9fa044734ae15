namespace Nsn.Grains.Channels;

/// <summary>What a channel stores: the queue, the tickets it remembers, and which slot carries which recipe.</summary>
[GenerateSerializer, Alias("nsn.channel-document")]
internal sealed class ChannelDocument
{
    /// <summary>Tickets that are remembered, by recipe id.</summary>
    [Id(0)] public Dictionary<string, RecipeTicket> Tickets { get; set; } = [];

    /// <summary>Recipe ids that wait, first in first out.</summary>
    [Id(1)] public List<string> Queue { get; set; } = [];

    /// <summary>Slots that are planned or were on air, and the recipe id of each.</summary>
    [Id(2)] public SortedDictionary<ulong, PlannedSlot> Slots { get; set; } = [];

    /// <summary>Idempotency keys and the recipe id that each stands for.</summary>
    [Id(3)] public Dictionary<string, string> Keys { get; set; } = [];

    /// <summary>Who submitted a recipe that waits, by recipe id.</summary>
    [Id(4)] public Dictionary<string, string> Submitters { get; set; } = [];

    /// <summary>How often a recipe was given a slot, by recipe id.</summary>
    [Id(5)] public Dictionary<string, int> Attempts { get; set; } = [];
}
