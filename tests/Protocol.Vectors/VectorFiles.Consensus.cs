using Nsn.Protocol.Certificates;
using Nsn.Protocol.Consensus;
using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Erasure;
using Nsn.Protocol.Scale;

namespace Nsn.Protocol.Vectors;

public static partial class VectorFiles
{
    private static object Consensus()
    {
        ISigner[] signers = Signers();
        SlotContext context = new()
        {
            Directors = new EpochDirectors(ChainId, Epoch, [.. signers.Select(signer => signer.PublicKey)]),
            Slot = Slot,
            RecipeHash = SampleRecipe().Hash(),
            ModelPackHash = Hash("models"),
            ContentRoot = SampleClip().ContentRoot,
        };

        // Four see nearly the same, the last something else.
        QuantisedEmbedding[] seen = [.. Enumerable.Range(0, 4).Select(i => Noisy("embedding", i)), Embedding("other")];
        DirectorRound[] rounds = [.. signers.Select((signer, i) =>
            new DirectorRound(context, Ed25519.Instance, signer, Verdict.Accept, seen[i], Hash($"nonce{i}")))];
        SlotCollector collector = new(context, Ed25519.Instance);
        foreach (DirectorRound round in rounds)
            Expect(collector, round.Commit!);
        var commits = collector.Commits;
        foreach (DirectorRound round in rounds)
            Expect(collector, round.TryReveal(commits, out RevealMessage? reveal, out string? reason) ? reveal : throw new InvalidOperationException(reason));
        var reveals = collector.Reveals;
        foreach (DirectorRound round in rounds)
            Expect(collector, round.CastVote(reveals));
        Vote twice = Vote.Sign(signers[0], context.Statement(null, Verdict.RejectScores));
        collector.Handle(new VoteMessage(twice));
        ScaleWriter evidence = new();
        EquivocationEvidence.Write(evidence, collector.Evidence.Single());
        return new
        {
            ChainId = Hex(ChainId.AsSpan()),
            Epoch = Epoch.ToString(),
            Slot = Slot.ToString(),
            Directors = signers.Select(signer => Hex(signer.PublicKey.AsSpan())),
            SimilarityMin = context.SimilarityMin,
            Commits = rounds.Select(round => Hex(round.Commit!.Encode())),
            Reveals = rounds.Select(round => Hex(round.RevealMade!.Encode())),
            Votes = rounds.Select(round => Hex(round.VoteMade!.Encode())),
            Canonical = new { collector.Canonical!.Place, collector.Canonical.Counted, Hash = Hex(collector.Canonical.Embedding.Hash.AsSpan()) },
            Certificate = Hex(collector.Certificate!.Encode()),
            Evidence = Hex(evidence.WrittenSpan),
        };
    }

    private static object Erasure() => new
    {
        Cases = new[] { 1, 95, 200 }.Select(length =>
        {
            byte[] data = Bytes("erasure", length);
            ShardSet set = ShardSet.Encode(data, out byte[][] shards);
            ScaleWriter writer = new();
            ShardSet.Write(writer, set);
            return new { Data = Hex(data), Shards = shards.Select(shard => Hex(shard)), Set = Hex(writer.WrittenSpan) };
        }),
    };

    private static QuantisedEmbedding Noisy(string label, int director)
    {
        byte[] noise = Bytes($"noise{director}", QuantisedEmbedding.Length);
        float[] vector = [.. Bytes(label, QuantisedEmbedding.Length).Select((value, i) => (value - 128) / 100f + noise[i] / 2560f)];
        return QuantisedEmbedding.TryQuantise(vector, out QuantisedEmbedding? embedding, out string? reason)
            ? embedding : throw new InvalidOperationException(reason);
    }

    private static void Expect(SlotCollector collector, ConsensusMessage message)
    {
        MessageOutcome outcome = collector.Handle(message);
        if (outcome != MessageOutcome.Accepted)
            throw new InvalidOperationException($"{message.GetType().Name}: {outcome}");
    }
}
