using System.Numerics;
using Nsn.Protocol.Certificates;

namespace Nsn.Protocol.Consensus;

/// <summary>
/// The one embedding that stands for what the directors saw, and who was close enough to it.
/// </summary>
/// <remarks>
/// It is a medoid, but over each embedding's three nearest only (itself included), and only embeddings with three within the radius are candidates. The plain
/// medoid, over all five, could be dragged by two liars to a place from which an honest director is out of reach; here, a liar wins only if it is about as close to an
/// honest director as honest ones are to each other. If honest directors are within an angle e of one another, every honest one is within (1 + √2) e of whatever wins: with a
/// radius of 0.95 that is always so while honest similarities are at least 0.992.
/// </remarks>
/// <param name="Place">The place of the director whose embedding it is.</param>
/// <param name="Embedding">The embedding.</param>
/// <param name="Counted">Bit i is set if the embedding of the director in place i is within the radius.</param>
public sealed record CanonicalEmbedding(int Place, QuantisedEmbedding Embedding, byte Counted)
{
    /// <summary>True if the director in a place is within the radius.</summary>
    public bool Counts(int place) => (Counted >> place & 1) != 0;

    /// <summary>Chooses it.</summary>
    /// <param name="byPlace">The revealed embeddings by place of the director; null for those that did not reveal.</param>
    /// <param name="similarityMin">The radius: the lowest similarity that counts, in millionths.</param>
    /// <returns>Null if no three embeddings are close enough.</returns>
    public static CanonicalEmbedding? Choose(ReadOnlySpan<QuantisedEmbedding?> byPlace, int similarityMin)
    {
        Span<int> similarities = stackalloc int[byPlace.Length * byPlace.Length];
        FillSimilarities(byPlace, similarities);
        CanonicalEmbedding? best = null;
        long bestSum = long.MinValue;
        for (int place = 0; place < byPlace.Length; place++)
        {
            if (byPlace[place] is not { } candidate)
                continue;
            (byte counted, long sum) = Look(similarities.Slice(place * byPlace.Length, byPlace.Length), similarityMin);
            if (BitOperations.PopCount(counted) >= Quorum.Votes && sum > bestSum)
            {
                best = new CanonicalEmbedding(place, candidate, counted);
                bestSum = sum;
            }
        }

        return best;
    }

    // Row by row; where one of the two did not reveal, the similarity is below every possible one.
    private static void FillSimilarities(ReadOnlySpan<QuantisedEmbedding?> byPlace, Span<int> similarities)
    {
        similarities.Fill(int.MinValue);
        for (int i = 0; i < byPlace.Length; i++)
        {
            for (int j = i; j < byPlace.Length; j++)
            {
                if (byPlace[i] is { } left && byPlace[j] is { } right)
                    similarities[i * byPlace.Length + j] = similarities[j * byPlace.Length + i] = left.SimilarityTo(right);
            }
        }
    }

    private static (byte Counted, long Sum) Look(Span<int> row, int similarityMin)
    {
        int counted = 0;
        for (int place = 0; place < row.Length; place++)
            counted |= row[place] >= similarityMin ? 1 << place : 0;
        row.Sort(); // each pair is in two rows, so this one is free to use
        long sum = 0;
        foreach (int similarity in row[^Quorum.Votes..])
            sum += similarity;
        return ((byte)counted, sum);
    }
}
