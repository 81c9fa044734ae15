namespace Nsn.Protocol.Cryptography;

/// <summary>
/// What every signed or committed byte string begins with: 16 ASCII characters that say what it is, so that a signature for one purpose is worthless for another.
/// </summary>
public static class DomainTag
{
    /// <summary>The length of every tag, in bytes.</summary>
    public const int Size = 16;

    /// <summary>A director's vote about a slot.</summary>
    public static ReadOnlySpan<byte> Vote => "NSN-SLOT-VOTE-V1"u8;

    /// <summary>The hidden form of an embedding, before the reveal.</summary>
    public static ReadOnlySpan<byte> Commitment => "NSN-COMMITMENT-1"u8;

    /// <summary>The message that carries a commitment.</summary>
    public static ReadOnlySpan<byte> CommitMessage => "NSN-COMMIT-MSG-1"u8;

    /// <summary>The hash of a quantised embedding.</summary>
    public static ReadOnlySpan<byte> Embedding => "NSN-EMBEDDING-V1"u8;

    /// <summary>The hash of a recipe.</summary>
    public static ReadOnlySpan<byte> Recipe => "NSN-RECIPE-V1.00"u8;

    /// <summary>The signature of a recipe's author.</summary>
    public static ReadOnlySpan<byte> RecipeAuthor => "NSN-RECIPE-SIGN1"u8;

    /// <summary>The seed of a slot.</summary>
    public static ReadOnlySpan<byte> SlotSeed => "NSN-SLOT-SEED-V1"u8;

    /// <summary>The draw of the frames that a director regenerates.</summary>
    public static ReadOnlySpan<byte> FrameSample => "NSN-FRAME-DRAW-1"u8;
}
