namespace Nsn.Grains.Channels;

/// <summary>
/// A channel; the key is its name. Holds the programme: a bounded queue of recipes, what is planned for the next slots and what became of
/// the last ones. It looks at the chain's clock by itself and starts the work on slots ahead of air.
/// </summary>
[Alias("nsn.channel")]
public interface IChannelGrain : IGrainWithStringKey
{
    /// <summary>Makes sure that the channel runs. Called by every core silo at start and by a reminder after that.</summary>
    Task WakeAsync();

    /// <summary>
    /// Puts a recipe into the queue. The same idempotency key with the same recipe answers with the first ticket; with another recipe
    /// it is refused with <see cref="EnqueueOutcome.KeyReused"/>.
    /// </summary>
    Task<EnqueueResult> EnqueueAsync(RecipeSubmission submission);

    /// <summary>A recipe that was submitted (or planned by the channel itself), or null when the channel does not remember it.</summary>
    Task<RecipeTicket?> GetRecipeAsync(string recipeId);

    /// <summary>What is on air, what comes and what was.</summary>
    Task<ChannelState> GetStateAsync();

    /// <summary>A slot of this channel, or null when it is not remembered.</summary>
    Task<SlotEntry?> GetSlotAsync(ulong slot);

    /// <summary>Slots before <paramref name="before"/>, newest first, at most <paramref name="limit"/> (100). A page may have fewer, even none, though there are older ones: numbers that no slot has are passed over a hundred at a time.</summary>
    Task<SlotPage> GetSlotsAsync(ulong? before, int limit);

    /// <summary>Tells an observer of every change until it is gone or has not renewed for a minute.</summary>
    Task SubscribeAsync(IChannelObserver observer);

    /// <summary>Ends a subscription.</summary>
    Task UnsubscribeAsync(IChannelObserver observer);
}
