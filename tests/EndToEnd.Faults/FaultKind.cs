namespace Nsn.EndToEnd.Faults;

/// <summary>What goes wrong in a slot.</summary>
public enum FaultKind
{
    /// <summary>The directors at <see cref="Fault.Places"/> reveal another embedding than the clip's.</summary>
    LiesAboutEmbedding,

    /// <summary>The directors at <see cref="Fault.Places"/> say nothing until the slot is on air.</summary>
    Silent,

    /// <summary>The proposer makes a clip of the right prompt from another seed, publishes that, and says that it is the slot's.</summary>
    PublishesOtherClip,

    /// <summary>The clip is published, and its proposer does not come to say so until it is let go: whatever may happen in between may happen then.</summary>
    HoldsPublished,

    /// <summary>The device works on the clip, and does not come to an end until it is let go.</summary>
    HoldsGeneration,
}
