namespace Nsn.Engine.Testing.Simulation;

/// <summary>Mistakes that the simulation must find: proof that its invariants see.</summary>
public enum PlantedBug
{
    None,

    /// <summary>The judge gives grains away the moment a session is gone, while their owner may still act.</summary>
    TakeoverBeforeExpiry,

    /// <summary>The judge tells silos a lease that is longer than the one it keeps.</summary>
    LeaseTooLong,

    /// <summary>Storage ignores ETags and epochs.</summary>
    UnfencedWrite,

    /// <summary>A silo believes what it once knew of the directory.</summary>
    StaleDirectoryCache,

    /// <summary>A reminder is given to one silo only, and to nobody when that is gone.</summary>
    LostReminder,

    /// <summary>Storage acknowledges a write before it has it.</summary>
    AcknowledgedBeforeStored,

    /// <summary>Now and then an answer is lost on a connection that stays, and whoever waits for it has no time-out.</summary>
    LostAnswer,
}
