using Nsn.Protocol.Certificates;
using Nsn.Protocol.Consensus;
using Nsn.Protocol.Cryptography;

namespace Nsn.Protocol.Tests.Consensus;

public sealed class ConsensusSimulationTests
{
    [Fact]
    public void Three_honest_directors_always_get_a_certificate_whatever_two_others_do()
    {
        for (int seed = 0; seed < 400; seed++)
        {
            ConsensusSimulation run = new(seed, liars: 2, deadlinesWaitForTheHonest: true);
            Certificate certificate = Assert.Single(run.Certificates);
            Assert.True(certificate.IsAccept, $"seed {seed}");
            Assert.Equal(CertificateError.None, certificate.Verify(HashScheme.Instance, Directors.Epoch));
        }
    }

    [Fact]
    public void One_collector_never_makes_two_certificates_under_any_interleaving_loss_and_doubling()
    {
        for (int seed = 0; seed < 600; seed++)
        {
            ConsensusSimulation run = new(seed, liars: seed % 6, deadlinesWaitForTheHonest: false);
            Assert.InRange(run.Certificates.Count, 0, 1);
            Assert.All(run.Certificates, certificate => Assert.Equal(CertificateError.None, certificate.Verify(HashScheme.Instance, Directors.Epoch)));
            Assert.All(run.Collector.Evidence, evidence => Assert.True(evidence.Verify(HashScheme.Instance, Directors.Epoch)));
        }
    }

    [Fact]
    public void No_honest_director_is_ever_convicted()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            ConsensusSimulation run = new(seed, liars: 0, deadlinesWaitForTheHonest: false);
            Assert.Empty(run.Collector.Evidence);
        }
    }

    [Fact]
    public void Two_equivocators_can_feed_two_collectors_but_both_certificates_together_convict_them()
    {
        Random random = new(1);
        Certificate left = Certify(Directors.Context("left"), [0, 3, 4], random);
        Certificate right = Certify(Directors.Context("right"), [1, 3, 4], random);
        Assert.Equal(CertificateError.None, left.Verify(HashScheme.Instance, Directors.Epoch));
        Assert.Equal(CertificateError.None, right.Verify(HashScheme.Instance, Directors.Epoch));

        EquivocationEvidence[] evidence = [.. EquivocationEvidence.Between(Directors.Epoch, left, right)];
        Assert.Equal([Directors.Signers[3].PublicKey, Directors.Signers[4].PublicKey], evidence.Select(piece => piece.Director));
        Assert.All(evidence, piece => Assert.True(piece.Verify(HashScheme.Instance, Directors.Epoch)));
        Assert.Empty(EquivocationEvidence.Between(Directors.Epoch, left, left));
    }

    // Directors of these places sign whatever leads to a certificate; the honest ones among them see one content only.
    private static Certificate Certify(SlotContext context, int[] places, Random random)
    {
        SlotCollector collector = new(context, HashScheme.Instance);
        DirectorRound[] rounds = [.. places.Select(place => Directors.Honest(context, place, random))];
        foreach (DirectorRound round in rounds)
            collector.Handle(round.Commit!);
        collector.OnDeadline(ConsensusPhase.Commit);
        var commits = collector.Commits;
        foreach (DirectorRound round in rounds)
            collector.Handle(round.TryReveal(commits, out RevealMessage? reveal, out string? reason) ? reveal : throw new InvalidOperationException(reason));
        var reveals = collector.Reveals;
        foreach (DirectorRound round in rounds)
            collector.Handle(round.CastVote(reveals));
        collector.OnDeadline(ConsensusPhase.Vote);
        return collector.Certificate ?? throw new InvalidOperationException("no certificate");
    }
}
