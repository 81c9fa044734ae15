namespace Nsn.Grains.Directors;

/// <summary>The life of a director.</summary>
[GenerateSerializer, Alias("nsn.director-state")]
public enum DirectorState
{
    /// <summary>No seat in the current or the next epoch.</summary>
    Standby,

    /// <summary>A seat in the next epoch only: models are warmed.</summary>
    OnDeck,

    /// <summary>A seat in the current epoch.</summary>
    Active,

    /// <summary>Its epoch is over and slots of it are still in work.</summary>
    Draining,
}
