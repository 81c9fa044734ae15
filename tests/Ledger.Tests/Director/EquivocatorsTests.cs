using Nsn.Protocol.Certificates;
using Nsn.Protocol.Consensus;
using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger;
using Nsn.Protocol.Ledger.Genesis;
using Nsn.Protocol.Ledger.Pallets.Director;
using Nsn.Protocol.Ledger.Pallets.Stake;
using Nsn.Protocol.Scale;

namespace Nsn.Ledger.Tests.Director;

/// <summary>Consensus and ledger together: what one cannot prevent, the other punishes.</summary>
public sealed class EquivocatorsTests
{
    private const ulong Slot = 1;

    [Fact]
    public void Where_two_equivocators_feed_two_collectors_the_ledger_takes_one_certificate_and_the_evidence_convicts_both()
    {
        var chain = new TestChain(GenesisPresets.Dev());
        chain.SealTo(8);
        var accounts = Epochs.Find(chain.State.Storage, 0)!.Directors;
        var directors = new EpochDirectors(chain.State.GenesisHash, 0, [.. accounts]);

        // Directors 0 and 1 take part in both rounds, each time about another clip; 2 is honest in one, 3 and 4 in the other.
        var first = Agree(directors, [0, 1, 2], content: 1);
        var second = Agree(directors, [0, 1, 3, 4], content: 2);
        Assert.NotEqual(first.Statement, second.Statement);
        Assert.Equal(CertificateError.None, first.Verify(Ed25519.Instance, directors));
        Assert.Equal(CertificateError.None, second.Verify(Ed25519.Instance, directors));

        chain.Ok("Viewer1", new DirectorCalls.SubmitCertificate(second.Encode()));
        chain.Fails(DirectorErrors.ResultAlreadySubmitted, "Viewer1", new DirectorCalls.SubmitCertificate(first.Encode()));
        Assert.Equal(second.Encode(), DirectorStorage.Certificates.TryGet(chain.State.Storage, Slot, out var held) ? held : null);

        EquivocationEvidence[] evidence = [.. EquivocationEvidence.Between(directors, first, second)];
        Assert.Equal([accounts[0], accounts[1]], evidence.Select(found => found.Director));
        var before = accounts.Select(account => Staking.Of(chain.State.Storage, account).Amount).ToArray();
        foreach (var found in evidence)
        {
            Assert.True(found.Verify(Ed25519.Instance, directors));
            chain.Ok("Viewer1", new DirectorCalls.ReportEquivocation(Encode(found.First), Encode(found.Second)));
            chain.Fails(DirectorErrors.AlreadyPunished, "Viewer1", new DirectorCalls.ReportEquivocation(Encode(found.Second), Encode(found.First)));
        }

        var slash = chain.Runtime.Parameters.DirectorSlash;
        Assert.Equal([before[0] - slash, before[1] - slash, before[2], before[3], before[4]], accounts.Select(account => Staking.Of(chain.State.Storage, account).Amount));
    }

    /// <summary>A whole round of consensus among some of the directors about one clip, through a collector of its own.</summary>
    private static Certificate Agree(EpochDirectors directors, int[] places, byte content)
    {
        var context = new SlotContext
        {
            Directors = directors,
            Slot = Slot,
            RecipeHash = Sha2.Hash256([1]),
            ModelPackHash = Sha2.Hash256([2]),
            ContentRoot = Sha2.Hash256([content]),
        };
        var random = new Random(content);
        float[] seen = [.. Enumerable.Range(0, QuantisedEmbedding.Length).Select(_ => (float)random.NextDouble() - 0.5f)];
        Assert.True(QuantisedEmbedding.TryQuantise(seen, out var embedding, out var reason), reason);
        DirectorRound[] rounds = [.. places.Select(place => new DirectorRound(
            context, Ed25519.Instance, TestChain.Signer(TestNetworks.NameOf(directors.Accounts[place])), Verdict.Accept, embedding, Sha2.Hash256([content, (byte)place])))];
        var collector = new SlotCollector(context, Ed25519.Instance);
        foreach (var round in rounds)
        {
            Assert.Equal(MessageOutcome.Accepted, collector.Handle(round.Commit!));
        }

        collector.OnDeadline(ConsensusPhase.Commit);
        var commits = collector.Commits;
        foreach (var round in rounds)
        {
            Assert.True(round.TryReveal(commits, out var reveal, out reason), reason);
            Assert.Equal(MessageOutcome.Accepted, collector.Handle(reveal));
        }

        collector.OnDeadline(ConsensusPhase.Reveal);
        var reveals = collector.Reveals;
        foreach (var round in rounds)
        {
            Assert.Equal(MessageOutcome.Accepted, collector.Handle(round.CastVote(reveals)));
        }

        collector.OnDeadline(ConsensusPhase.Vote);
        Assert.NotNull(collector.Certificate);
        return collector.Certificate;
    }

    private static byte[] Encode(Vote vote)
    {
        var writer = new ScaleWriter();
        Vote.Write(writer, vote);
        return writer.ToArray();
    }
}
