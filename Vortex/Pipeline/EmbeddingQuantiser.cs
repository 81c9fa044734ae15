using Nsn.Protocol.Consensus;

namespace Nsn.Vortex.Pipeline;

/// <summary>Embeddings as 512 signed bytes, as <see cref="QuantisedEmbedding"/> defines them.</summary>
public static class EmbeddingQuantiser
{
    /// <summary>Quantises an embedding.</summary>
    /// <exception cref="ClipException">A value is not finite, or all are zero.</exception>
    public static sbyte[] Quantise(ReadOnlySpan<float> embedding) =>
        QuantisedEmbedding.TryQuantise(embedding, out var quantised, out var reason)
            ? quantised.Values.ToArray()
            : throw new ClipException(ClipError.Inference, $"The embedding cannot be used: {reason}.");
}
