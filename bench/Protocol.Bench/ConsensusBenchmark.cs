using Nsn.Protocol.Certificates;
using Nsn.Protocol.Consensus;
using Nsn.Protocol.Cryptography;

namespace Nsn.Protocol.Bench;

/// <summary>
/// <c>consensus_round_ms</c>: all that a collector computes for a slot of five (five commits, five reveals, five votes, medoid, certificate), with real signatures.
/// <c>consensus_director_ms</c>: all that one director computes (sign, check four commits, medoid, sign).
/// </summary>
internal sealed class ConsensusBenchmark : IBenchmark
{
    public string Name => "consensus";

    public void Run(Results results)
    {
        ISigner[] signers = [.. Enumerable.Range(1, 5).Select(i => Ed25519.Instance.CreateSigner([.. Enumerable.Repeat((byte)i, 32)]))];
        EpochDirectors directors = new(default, 1, [.. signers.Select(signer => signer.PublicKey)]);
        SlotContext context = new() { Directors = directors, Slot = 1, RecipeHash = default, ModelPackHash = default, ContentRoot = default };
        QuantisedEmbedding[] seen = [.. Enumerable.Range(0, 5).Select(Embedding)];
        DirectorRound[] rounds = [.. signers.Select((signer, i) => Round(context, signer, seen[i], i))];
        CommitMessage[] commits = [.. rounds.Select(round => round.Commit!)];
        RevealMessage[] reveals = [.. rounds.Select(round => round.TryReveal(commits, out RevealMessage? reveal, out string? why) ? reveal : throw new InvalidOperationException(why))];
        VoteMessage[] votes = [.. rounds.Select(round => round.CastVote(reveals))];
        ConsensusMessage[] messages = [.. commits, .. reveals, .. votes];
        byte[][] encoded = [.. messages.Select(message => message.Encode())];

        Certificate? certificate = null;
        results.Report("consensus_round_ms", 1000 * Results.Seconds(() =>
        {
            SlotCollector collector = new(context, Ed25519.Instance);
            foreach (byte[] bytes in encoded)
            {
                if (!ConsensusMessage.TryDecode(bytes, out ConsensusMessage? message, out _) || collector.Handle(message) != MessageOutcome.Accepted)
                    throw new InvalidOperationException("a message was refused");
            }

            certificate = collector.Certificate;
        }), "<= 1");
        results.Report("consensus_director_ms", 1000 * Results.Seconds(() =>
        {
            DirectorRound round = Round(context, signers[0], seen[0], 0);
            round.TryReveal(commits, out _, out _);
            round.CastVote(reveals);
        }), "-");

        byte[] five = certificate!.Encode();
        results.Report("certificate_bytes", five.Length, "< 1024");
        results.Report("certificate_verify_ms", 1000 * Results.Seconds(() =>
        {
            if (!Certificate.TryDecode(five, out Certificate? read, out _) || read.Verify(Ed25519.Instance, directors) != CertificateError.None)
                throw new InvalidOperationException("the certificate was refused");
        }), "<= 1");
    }

    private static DirectorRound Round(SlotContext context, ISigner signer, QuantisedEmbedding seen, int i)
        => new(context, Ed25519.Instance, signer, Verdict.Accept, seen, Sha2.Hash256([(byte)i]));

    private static QuantisedEmbedding Embedding(int director)
    {
        Random picture = new(1), noise = new(director);
        float[] vector = [.. Enumerable.Range(0, 512).Select(_ => (float)(picture.NextDouble() - 0.5 + noise.NextDouble() * 0.05))];
        return QuantisedEmbedding.TryQuantise(vector, out QuantisedEmbedding? embedding, out string? reason)
            ? embedding : throw new InvalidOperationException(reason);
    }
}
