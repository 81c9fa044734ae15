namespace Nsn.Engine.Testing.Simulation;

/// <summary>Mistakes that the simulation must find: proof that its invariants see.</summary>
public enum PlantedBug
{
    None,

    /// <summary>The judge gives grains away before their owner's lease has run out.</summary>
    TakeoverBeforeExpiry,

    /// <summary>Storage ignores ETags and epochs.</summary>
    UnfencedWrite,

    /// <summary>A silo believes what it once knew of the directory.</summary>
    StaleDirectoryCache,
}
