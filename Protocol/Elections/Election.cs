using System.Text;
using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Scale;

namespace Nsn.Protocol.Elections;

/// <summary>How directors are elected. Read this file and you know all of it.</summary>
/// <remarks>
/// <list type="number">
/// <item>Candidates are put in the order of their accounts, so nobody's place depends on who counts.</item>
/// <item>A stream of random bytes starts from H(domain, beacon, epoch, round, candidates).</item>
/// <item>Each candidate weighs ⌊√((reputation + 1)·10^6)⌋ × backing in milli-NSN × (100 + j) / 100, with j from −20 to +20 out of the stream.
/// Weight grows in step with stake, so dividing a stake among many accounts gains nothing.</item>
/// <item>For each seat, those can be drawn who did not direct lately and whose region is below its cap (2). If there is nobody, those
/// who rest are let in; if there is still nobody, the cap grows by one. So few regions or few candidates give a less diverse set, never an empty one.</item>
/// <item>A candidate whose region has no seat yet counts fourfold. A number below the sum of the weights is drawn, without bias; it falls on one candidate.</item>
/// </list>
/// The transcript says what was drawn for each seat. Whoever has the candidates, which the chain's state shows, can hold the election again.
/// </remarks>
public static class Election
{
    private static readonly byte[] s_domain = Encoding.ASCII.GetBytes("nsn/election/v1");

    /// <summary>Holds an election.</summary>
    /// <param name="epoch">For which epoch.</param>
    /// <param name="round">0, or the how-manieth attempt to fill the epoch.</param>
    /// <param name="beacon">A value that nobody could choose.</param>
    /// <param name="candidates">Who may be elected, in any order, each once.</param>
    /// <param name="rules">Seats and caps.</param>
    public static ElectionTranscript Hold(uint epoch, uint round, Hash256 beacon, IEnumerable<ElectionCandidate> candidates, ElectionRules rules)
    {
        var sorted = candidates.ToArray();
        Array.Sort(sorted, static (left, right) => left.Account.CompareTo(right.Account));
        for (var i = 1; i < sorted.Length; i++)
        {
            if (sorted[i - 1].Account == sorted[i].Account)
            {
                throw new ArgumentException($"{sorted[i].Account} is a candidate twice.", nameof(candidates));
            }
        }

        var candidatesHash = HashOf(sorted);
        var random = new HashDrbg(SeedOf(epoch, round, beacon, candidatesHash));
        var weights = WeightsOf(sorted, random);
        var seats = Draw(sorted, weights, random, rules);
        return new ElectionTranscript(epoch, round, beacon, (uint)sorted.Length, candidatesHash, seats);
    }

    /// <summary>Whether holding the election again gives the same transcript.</summary>
    public static bool Verify(ElectionTranscript transcript, IEnumerable<ElectionCandidate> candidates, ElectionRules rules)
    {
        var again = Hold(transcript.Epoch, transcript.Round, transcript.Beacon, candidates, rules);
        return again.CandidatesHash == transcript.CandidatesHash && again.CandidateCount == transcript.CandidateCount && again.Seats.SequenceEqual(transcript.Seats);
    }

    /// <summary>The weight of a candidate before regions count.</summary>
    /// <param name="candidate">The candidate.</param>
    /// <param name="jitter">From −20 to +20 percent.</param>
    public static UInt128 WeightOf(in ElectionCandidate candidate, int jitter)
    {
        var merit = IntegerSquareRoot.Of((Math.Min(candidate.Reputation, ElectionRules.ReputationMax) + 1) * 1_000_000);
        return candidate.Backing / ElectionRules.BackingUnit * merit * (uint)(100 + jitter) / 100;
    }

    private static UInt128[] WeightsOf(ElectionCandidate[] candidates, HashDrbg random)
    {
        var weights = new UInt128[candidates.Length];
        for (var i = 0; i < candidates.Length; i++)
        {
            var jitter = random.NextByteBelow((2 * ElectionRules.JitterPercent) + 1) - ElectionRules.JitterPercent;
            weights[i] = WeightOf(candidates[i], jitter);
        }

        return weights;
    }

    private static List<ElectionSeat> Draw(ElectionCandidate[] candidates, UInt128[] weights, HashDrbg random, ElectionRules rules)
    {
        var taken = new int[Enum.GetValues<Region>().Length];
        var cap = rules.PerRegionMax;
        var waived = false;
        var seats = new List<ElectionSeat>(rules.Seats);
        while (seats.Count < rules.Seats)
        {
            var total = Sum(candidates, weights, taken, cap, waived);
            if (total == 0)
            {
                if (!waived)
                {
                    waived = true;
                }
                else if (cap < rules.Seats)
                {
                    cap++;
                }
                else
                {
                    break;
                }

                continue;
            }

            var draw = random.NextBelow(total);
            var chosen = Find(candidates, weights, taken, cap, waived, draw);
            seats.Add(new ElectionSeat(candidates[chosen].Account, total, draw, (uint)cap, waived));
            weights[chosen] = 0;
            taken[(int)candidates[chosen].Region]++;
            waived = false; // The next seat goes to a rested candidate again, if there is one.
        }

        return seats;
    }

    private static UInt128 Sum(ElectionCandidate[] candidates, UInt128[] weights, int[] taken, int cap, bool waived)
    {
        UInt128 total = 0;
        for (var i = 0; i < candidates.Length; i++)
        {
            total += Effective(candidates[i], weights[i], taken, cap, waived);
        }

        return total;
    }

    private static int Find(ElectionCandidate[] candidates, UInt128[] weights, int[] taken, int cap, bool waived, UInt128 draw)
    {
        for (var i = 0; i < candidates.Length; i++)
        {
            var weight = Effective(candidates[i], weights[i], taken, cap, waived);
            if (draw < weight)
            {
                return i;
            }

            draw -= weight;
        }

        throw new InvalidOperationException("A draw below the sum falls on somebody.");
    }

    private static UInt128 Effective(in ElectionCandidate candidate, UInt128 weight, int[] taken, int cap, bool waived)
    {
        var ofRegion = taken[(int)candidate.Region];
        if (ofRegion >= cap || (candidate.Rests && !waived))
        {
            return 0;
        }

        return ofRegion == 0 ? weight * ElectionRules.FreshRegionFactor : weight;
    }

    private static Hash256 HashOf(ElectionCandidate[] sorted)
    {
        var writer = new ScaleWriter(16 + (sorted.Length * 58));
        writer.WriteVector<ElectionCandidate>(sorted.AsSpan(), ElectionCandidate.Codec.Encode);
        return Blake2b.Hash256(writer.WrittenSpan);
    }

    private static Hash256 SeedOf(uint epoch, uint round, Hash256 beacon, Hash256 candidatesHash)
    {
        var writer = new ScaleWriter(96);
        writer.WriteFixed(s_domain);
        writer.WriteFixed(beacon.AsSpan());
        writer.WriteU32(epoch);
        writer.WriteU32(round);
        writer.WriteFixed(candidatesHash.AsSpan());
        return Blake2b.Hash256(writer.WrittenSpan);
    }
}
