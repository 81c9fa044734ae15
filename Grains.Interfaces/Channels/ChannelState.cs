using Nsn.Grains.Ledger;

namespace Nsn.Grains.Channels;

/// <summary>A channel at one moment.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Title">What people read.</param>
/// <param name="Head">Where the chain is.</param>
/// <param name="Slots">The slots remembered, oldest first: last, on air, and planned.</param>
/// <param name="QueueLength">Recipes that wait.</param>
[GenerateSerializer, Immutable, Alias("nsn.channel-state")]
public sealed record ChannelState(
    [property: Id(0)] string Name,
    [property: Id(1)] string Title,
    [property: Id(2)] ChainHead Head,
    [property: Id(3)] SlotEntry[] Slots,
    [property: Id(4)] int QueueLength);
