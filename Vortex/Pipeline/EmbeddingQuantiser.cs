namespace Nsn.Vortex.Pipeline;

/// <summary>Embeddings as 512 signed bytes, as <c>Nsn.Protocol.Consensus.QuantisedEmbedding</c> defines them.</summary>
public static class EmbeddingQuantiser
{
    private const float Scale = 127;

    /// <summary>Each value times 127 divided by the largest magnitude, rounded, halves away from zero.</summary>
    /// <exception cref="ClipException">A value is not finite, or all are zero.</exception>
    public static sbyte[] Quantise(ReadOnlySpan<float> embedding)
    {
        var largest = 0f;
        foreach (var value in embedding)
        {
            if (!float.IsFinite(value))
                throw new ClipException(ClipError.Inference, "The embedding contains values that are not numbers.");
            largest = Math.Max(largest, Math.Abs(value));
        }

        if (largest == 0)
            throw new ClipException(ClipError.Inference, "The embedding is zero.");
        var quantised = new sbyte[embedding.Length];
        for (var i = 0; i < quantised.Length; i++)
            quantised[i] = (sbyte)Math.Round(embedding[i] * Scale / largest, MidpointRounding.AwayFromZero);
        return quantised;
    }
}
