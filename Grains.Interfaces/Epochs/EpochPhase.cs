namespace Nsn.Grains.Epochs;

/// <summary>The life of an epoch, seen from a block.</summary>
[GenerateSerializer, Alias("nsn.epoch-phase")]
public enum EpochPhase
{
    /// <summary>Too far ahead: its directors are not known yet.</summary>
    Future,

    /// <summary>Its directors are elected and get ready.</summary>
    OnDeck,

    /// <summary>Its slots are on air.</summary>
    Active,

    /// <summary>It is over.</summary>
    Closed,
}
