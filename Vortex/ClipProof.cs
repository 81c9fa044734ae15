namespace Nsn.Vortex;

/// <summary>
/// Binds a clip to how it was made: SHA-256 over a versioned encoding of the parts below (<c>docs/verification.md</c>). A run on the same
/// provider reproduces it bit by bit; between providers the embedding is compared instead.
/// </summary>
public sealed record ClipProof
{
    /// <summary>The 32-byte digest over all other parts.</summary>
    public required ReadOnlyMemory<byte> Digest { get; init; }

    /// <summary>Hash of the recipe (or of the request when it did not come from a recipe), 32 bytes.</summary>
    public required ReadOnlyMemory<byte> RecipeHash { get; init; }

    /// <summary>The seed, 32 bytes.</summary>
    public required ClipSeed Seed { get; init; }

    /// <summary>Hash of the model pack, 32 bytes.</summary>
    public required ReadOnlyMemory<byte> PackHash { get; init; }

    /// <summary>Provider, runtime and encoder versions and settings, for example <c>cpu;ort=1.31.1;vp8;...</c>.</summary>
    public required string Environment { get; init; }

    /// <summary>SHA-256 of the decoded frames: I420 bytes, frame after frame.</summary>
    public required ReadOnlyMemory<byte> FramesHash { get; init; }

    /// <summary>SHA-256 of the decoded sound: 48 kHz mono, signed 16 bit little endian.</summary>
    public required ReadOnlyMemory<byte> SamplesHash { get; init; }

    /// <summary>SHA-256 of the encoded segments, concatenated.</summary>
    public required ReadOnlyMemory<byte> StreamHash { get; init; }
}
