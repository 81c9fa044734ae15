namespace Nsn.Vortex;

/// <summary>A reason to reject a clip.</summary>
public enum VerificationFailure
{
    /// <summary>The bytes are not segments of the agreed form, or do not decode.</summary>
    Malformed,

    /// <summary>Size, frame rate, number of frames or length of the sound differ from the request.</summary>
    WrongShape,

    /// <summary>A tower's score is below the pack's threshold.</summary>
    LowScore,

    /// <summary>The two towers disagree by more than the pack's gap.</summary>
    TowerOutlier,

    /// <summary>The picture stands still.</summary>
    Frozen,

    /// <summary>The picture is black or one flat colour.</summary>
    Blank,

    /// <summary>The sound is silent where it must not be.</summary>
    Silent,

    /// <summary>The mouth does not follow the sound.</summary>
    MouthOutOfSync,

    /// <summary>A cut in a clip that has none.</summary>
    Cut,

    /// <summary>A regenerated frame differs from the published one.</summary>
    FrameMismatch,

    /// <summary>The regenerated sound differs from the published one.</summary>
    SoundMismatch,
}
