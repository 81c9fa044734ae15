using Nsn.Protocol.Consensus;
using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Scale;

namespace Nsn.Protocol.Tests.Consensus;

public sealed class QuantisedEmbeddingTests
{
    [Fact]
    public void The_form_does_not_depend_on_the_length_of_the_vector()
    {
        float[] vector = Vector(1);
        QuantisedEmbedding one = Quantise(vector);
        QuantisedEmbedding scaled = Quantise([.. vector.Select(value => value * 4f)]);
        Assert.Equal(one.Hash, scaled.Hash);
        Assert.Equal(QuantisedEmbedding.SimilarityOne, one.SimilarityTo(scaled));
        Assert.Equal(QuantisedEmbedding.Scale, one.Values.ToArray().Max(value => Math.Abs((int)value)));
    }

    [Fact]
    public void The_integer_similarity_is_the_cosine_rounded_towards_zero()
    {
        for (int seed = 0; seed < 50; seed++)
        {
            QuantisedEmbedding a = Quantise(Vector(seed)), b = Quantise(Vector(seed + 1000));
            double dot = 0;
            for (int i = 0; i < 512; i++)
                dot += a.Values[i] * b.Values[i];
            double cosine = dot / Math.Sqrt((double)a.SquaredNorm * b.SquaredNorm);
            Assert.InRange(a.SimilarityTo(b) / 1e6 - cosine, -1.1e-6, 1.1e-6);
            Assert.Equal(a.SimilarityTo(b), b.SimilarityTo(a));
        }
    }

    [Fact]
    public void Quantising_moves_a_vector_by_less_than_a_thousandth_of_similarity()
    {
        float[] vector = Vector(5);
        float[] back = Quantise(vector).ToNormalised();
        double norm = Math.Sqrt(vector.Sum(value => (double)value * value));
        Assert.InRange(vector.Zip(back, (x, y) => x * y / norm).Sum(), 0.999, 1.0001);
    }

    [Theory]
    [InlineData(511, 1f)]
    [InlineData(513, 1f)]
    [InlineData(512, 0f)]
    [InlineData(512, float.NaN)]
    [InlineData(512, float.PositiveInfinity)]
    public void Vectors_without_a_meaning_are_refused_with_a_reason(int length, float value)
    {
        Assert.False(QuantisedEmbedding.TryQuantise([.. Enumerable.Repeat(value, length)], out _, out string? reason));
        Assert.NotNull(reason);
    }

    [Fact]
    public void Bytes_that_quantising_cannot_give_are_refused()
    {
        byte[] bytes = Quantise(Vector(3)).Bytes.ToArray();
        Assert.True(Read(bytes));
        int largest = Array.FindIndex(bytes, value => value is 127 or 129);
        bytes[largest] = 0x80;
        Assert.False(Read(bytes));
        Assert.False(Read([.. Enumerable.Repeat((byte)126, 512)]));
        Assert.False(Read(new byte[512]));
        Assert.False(Read(new byte[511]));
    }

    [Fact]
    public void Frame_draws_are_different_frames_that_all_have_the_same_chance()
    {
        int[] hits = new int[10];
        for (int i = 0; i < 2000; i++)
        {
            int[] drawn = FrameSample.Draw(Sha2.Hash256(BitConverter.GetBytes(i)), default, 10, 3);
            Assert.Equal(3, drawn.Distinct().Count());
            foreach (int frame in drawn)
                hits[frame]++;
        }

        // 600 expected, standard deviation about 20.
        Assert.All(hits, count => Assert.InRange(count, 500, 700));
        Assert.Empty(FrameSample.Draw(default, default, 10, 0));
        Assert.Equal([0, 1, 2], FrameSample.Draw(default, default, 3, 3));
    }

    internal static QuantisedEmbedding Quantise(float[] vector)
        => QuantisedEmbedding.TryQuantise(vector, out QuantisedEmbedding? embedding, out string? reason)
            ? embedding : throw new InvalidOperationException(reason);

    internal static float[] Vector(int seed)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, 512).Select(_ => (float)(random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5))];
    }

    private static bool Read(byte[] bytes)
    {
        ScaleReader reader = new(bytes);
        return QuantisedEmbedding.TryRead(ref reader, out _);
    }
}
