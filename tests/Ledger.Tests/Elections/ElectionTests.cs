using System.Buffers.Binary;
using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Elections;
using Nsn.Protocol.Ledger;

namespace Nsn.Ledger.Tests.Elections;

public sealed class ElectionTests
{
    private static readonly ElectionRules s_rules = new(5, 2);

    [Fact]
    public void Five_of_ten_thousand_are_elected_and_the_transcript_replays()
    {
        var random = new Random(5);
        var candidates = Enumerable.Range(0, 10_000)
            .Select(i => Candidate(i, (Region)(i % 7), 100 + (ulong)random.Next(900), (ulong)random.Next(5000), random.Next(10) == 0)).ToArray();
        var transcript = Election.Hold(9, 0, Beacon(1), candidates, s_rules);
        Assert.Equal(5, transcript.Directors.Distinct().Count());
        Assert.All(Regions(transcript, candidates), region => Assert.InRange(region, 1, 2));
        Assert.DoesNotContain(transcript.Seats, seat => seat.CooldownWaived);
        random.Shuffle(candidates);
        Assert.True(Election.Verify(transcript, candidates, s_rules));
        Assert.False(Election.Verify(transcript, candidates[1..], s_rules));
        Assert.False(Election.Verify(transcript with { Beacon = Beacon(2) }, candidates, s_rules));
        Assert.True(ElectionTranscript.Codec.TryDecode(ElectionTranscript.Codec.Encode(transcript), out var decoded));
        Assert.Equal(transcript.Seats, decoded.Seats);
    }

    [Fact]
    public void First_seat_frequencies_follow_the_weights()
    {
        // Backing 1:2:3:4 with equal reputation; jitter is symmetric, so expectations stay in proportion within a fraction of a percent.
        var candidates = Enumerable.Range(1, 4).Select(i => Candidate(i, (Region)i, (ulong)i * 100, 0, false)).ToArray();
        const int Rounds = 4000;
        var wins = new int[4];
        for (var i = 0; i < Rounds; i++)
        {
            var first = Election.Hold(0, 0, Beacon(i), candidates, new ElectionRules(1, 1)).Directors[0];
            wins[Array.FindIndex(candidates, candidate => candidate.Account == first)]++;
        }

        var chiSquare = 0.0;
        for (var i = 0; i < 4; i++)
        {
            var expected = Rounds * (i + 1) / 10.0;
            chiSquare += (wins[i] - expected) * (wins[i] - expected) / expected;
        }

        Assert.True(chiSquare < 16.27, $"χ² = {chiSquare:F2} with 3 degrees of freedom exceeds the 0.1 % bound 16.27: {string.Join(", ", wins)}");
    }

    [Fact]
    public void D1_draws_are_unbiased_for_a_bound_that_is_no_power_of_two()
    {
        var drbg = new HashDrbg(Beacon(3));
        var counts = new int[3];
        for (var i = 0; i < 30_000; i++)
        {
            counts[(int)drbg.NextBelow(3)]++;
        }

        Assert.All(counts, count => Assert.InRange(count, 9_600, 10_400));
    }

    [Fact]
    public void D9_candidates_without_reputation_can_give_a_region_its_second_seat()
    {
        var candidates = Enumerable.Range(0, 12).Select(i => Candidate(i, (Region)(i % 3), 100, 0, false)).ToArray();
        var transcript = Election.Hold(1, 0, Beacon(1), candidates, s_rules);
        Assert.Equal(5, transcript.Seats.Count);
        Assert.Equal([1, 2, 2], Regions(transcript, candidates).Order());
        Assert.All(transcript.Seats, seat => Assert.Equal(2u, seat.RegionCap));
    }

    [Fact]
    public void D9_the_region_cap_grows_only_when_regions_run_out()
    {
        var candidates = Enumerable.Range(0, 12).Select(i => Candidate(i, (Region)(i % 2), 100, 0, false)).ToArray();
        var transcript = Election.Hold(1, 0, Beacon(1), candidates, s_rules);
        Assert.Equal(5, transcript.Seats.Count);
        Assert.Equal([2u, 2u, 2u, 2u, 3u], transcript.Seats.Select(seat => seat.RegionCap));
    }

    [Fact]
    public void D3_those_who_rest_are_let_in_only_when_the_rested_run_out()
    {
        var candidates = Enumerable.Range(0, 8).Select(i => Candidate(i, (Region)(i % 7), 100, 0, i >= 4)).ToArray();
        var transcript = Election.Hold(1, 0, Beacon(1), candidates, s_rules);
        Assert.Equal(5, transcript.Seats.Count);
        Assert.Equal([false, false, false, false, true], transcript.Seats.Select(seat => seat.CooldownWaived));
    }

    [Fact]
    public void Too_few_candidates_give_a_short_list_never_a_loop()
    {
        Assert.Empty(Election.Hold(1, 0, Beacon(1), [], s_rules).Seats);
        Assert.Equal(2, Election.Hold(1, 0, Beacon(1), [Candidate(1, Region.Apac, 100, 0, false), Candidate(2, Region.Apac, 100, 0, true)], s_rules).Seats.Count);
        Assert.Throws<ArgumentException>(() => Election.Hold(1, 0, Beacon(1), [Candidate(1, Region.Apac, 1, 0, false), Candidate(1, Region.Mena, 1, 0, false)], s_rules));
    }

    [Fact]
    public void S10_splitting_a_stake_gains_no_weight()
    {
        var whole = Election.WeightOf(Candidate(1, Region.Apac, 1000, 400, false), 0);
        var part = Election.WeightOf(Candidate(1, Region.Apac, 100, 400, false), 0);
        Assert.Equal(whole, part * 10);
    }

    [Fact]
    public void Square_roots_are_exact()
    {
        foreach (var root in new ulong[] { 0, 1, 2, 3, 15, 16, 17, 999, 65_535, 65_536, 4_294_967_294, 4_294_967_295 })
        {
            Assert.Equal(root, IntegerSquareRoot.Of(root * root));
            if (root > 0)
            {
                Assert.Equal(root - 1, IntegerSquareRoot.Of((root * root) - 1));
            }
        }

        Assert.Equal(uint.MaxValue, IntegerSquareRoot.Of(ulong.MaxValue));
    }

    private static ElectionCandidate Candidate(int id, Region region, ulong nsn, ulong reputation, bool rests)
    {
        var bytes = new byte[32];
        BinaryPrimitives.WriteInt32BigEndian(bytes, id);
        return new ElectionCandidate(new AccountId(bytes), region, Units.Nsn(nsn), reputation, rests);
    }

    private static Hash256 Beacon(int value) => Blake2b.Hash256(BitConverter.GetBytes(value));

    private static IEnumerable<int> Regions(ElectionTranscript transcript, ElectionCandidate[] candidates) =>
        transcript.Directors.GroupBy(director => candidates.First(candidate => candidate.Account == director).Region).Select(group => group.Count());
}
