using Nsn.Protocol.Consensus;

namespace Nsn.Protocol.Tests.Consensus;

public sealed class CanonicalEmbeddingTests
{
    private const int SimilarityMin = SlotContext.DefaultSimilarityMin;

    [Fact]
    public void Two_liars_cannot_push_an_honest_director_out_of_the_radius()
    {
        Random random = new(3);
        for (int round = 0; round < 300; round++)
        {
            QuantisedEmbedding?[] honest = [.. Enumerable.Range(0, 3).Select(_ => Directors.Seen(random, 0.12))];
            Assert.True(honest[0]!.SimilarityTo(honest[1]!) > 992_000);

            // Anywhere from among the honest to the rim of the radius and beyond; both at one place is the strongest.
            QuantisedEmbedding liar = Directors.Seen(random, random.NextDouble() * 2);
            CanonicalEmbedding? canonical = CanonicalEmbedding.Choose([honest[0], liar, honest[1], liar, honest[2]], SimilarityMin);
            Assert.NotNull(canonical);
            Assert.Equal(0b10101, canonical.Counted & 0b10101);
        }
    }

    [Fact]
    public void Three_that_are_not_similar_have_none()
    {
        QuantisedEmbedding?[] three = [.. Enumerable.Range(1, 3).Select(picture => Directors.Seen(new Random(1), 0, picture)), null, null];
        Assert.Null(CanonicalEmbedding.Choose(three, SimilarityMin));
        Assert.Null(CanonicalEmbedding.Choose([null, null, null, null, null], SimilarityMin));
        QuantisedEmbedding same = Directors.Seen(new Random(1), 0);
        Assert.Null(CanonicalEmbedding.Choose([same, same, null, null, null], SimilarityMin));
    }

    [Fact]
    public void Of_equals_the_lowest_place_wins()
    {
        QuantisedEmbedding same = Directors.Seen(new Random(1), 0);
        CanonicalEmbedding? canonical = CanonicalEmbedding.Choose([null, same, same, same, null], SimilarityMin);
        Assert.Equal((1, 0b01110), (canonical!.Place, (int)canonical.Counted));
    }
}
