namespace Nsn.Protocol.Certificates;

/// <summary>What a director says about a slot; a rejection names its reason. The value is the byte that is signed.</summary>
public enum Verdict : byte
{
    /// <summary>The published bytes are what the recipe asked for.</summary>
    Accept = 0,

    /// <summary>The published bytes cannot be fetched, do not have the hashes they should have, or cannot be decoded.</summary>
    RejectContent = 1,

    /// <summary>The clip does not fit the prompt: its scores are below the thresholds.</summary>
    RejectScores = 2,

    /// <summary>The clip is broken: frozen, black, silent, too short, or its voice does not say the script.</summary>
    RejectIntegrity = 3,

    /// <summary>Frames that the director generated itself differ from the published ones.</summary>
    RejectRegeneration = 4,

    /// <summary>Fewer than three embeddings of the directors are similar to one another.</summary>
    RejectSimilarity = 5,
}
