using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Elections;
using Nsn.Protocol.Ledger;

namespace Nsn.Protocol.Bench;

/// <summary><c>election_ms</c>: five directors from 10,000 candidates, transcript included. <c>election_verify_ms</c>: a reader holds it again from the transcript.</summary>
internal sealed class ElectionBenchmark : IBenchmark
{
    public string Name => "election";

    public void Run(Results results)
    {
        Random random = new(1);
        Region[] regions = Enum.GetValues<Region>();
        ElectionCandidate[] candidates = [.. Enumerable.Range(0, 10_000).Select(i => new ElectionCandidate(
            new AccountId(Sha2.Hash256(BitConverter.GetBytes(i)).AsSpan()), regions[random.Next(regions.Length)], Units.Nsn((ulong)random.Next(100, 1000)),
            (ulong)random.Next(100_000), random.Next(100) == 0))];
        ElectionRules rules = new(5, 2);
        ElectionTranscript? transcript = null;
        results.Report("election_ms", 1000 * Results.Seconds(() => transcript = Election.Hold(1, 0, Sha2.Hash256([1]), candidates, rules)), "<= 10");
        results.Report("election_verify_ms", 1000 * Results.Seconds(() =>
        {
            if (!Election.Verify(transcript!, candidates, rules))
                throw new InvalidOperationException("the transcript was refused");
        }), "-");
    }
}
