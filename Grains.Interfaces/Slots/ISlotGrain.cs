namespace Nsn.Grains.Slots;

/// <summary>
/// The saga of one slot; the key is the slot number. Generate, publish, commit, reveal, vote, certificate, submit; each phase with a
/// deadline, a proposer that misses its own is replaced by the next in rotation, and a restart goes on from the last stored step.
/// </summary>
[Alias("nsn.slot")]
public interface ISlotGrain : IGrainWithIntegerKey
{
    /// <summary>Fixes the slot and starts the work. The first assignment counts; the same one again is fine, another one is refused with the one that stands.</summary>
    Task<SlotAssignment> StartAsync(SlotAssignment assignment);

    /// <summary>Where the slot stands.</summary>
    Task<SlotReport> GetAsync();
}
