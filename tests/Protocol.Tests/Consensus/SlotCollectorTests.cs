using Nsn.Protocol.Certificates;
using Nsn.Protocol.Consensus;
using Nsn.Protocol.Cryptography;

namespace Nsn.Protocol.Tests.Consensus;

public sealed class SlotCollectorTests
{
    private readonly Random _random = new(1);
    private readonly SlotContext _context = Directors.Context();

    [Fact]
    public void Five_honest_directors_make_a_certificate_with_five_signatures_and_no_deadline()
    {
        SlotCollector collector = Collector();
        DirectorRound[] rounds = Rounds();
        Commit(collector, rounds);
        Assert.Equal(ConsensusPhase.Reveal, collector.Phase);
        Reveal(collector, rounds);
        Assert.Equal(ConsensusPhase.Vote, collector.Phase);
        CastVotes(collector, rounds);
        Assert.Equal(ConsensusPhase.Finished, collector.Phase);
        Certificate certificate = collector.Certificate!;
        Assert.Equal(5, certificate.Signatures.Length);
        Assert.True(certificate.IsAccept);
        Assert.Equal(CertificateError.None, certificate.Verify(HashScheme.Instance, Directors.Epoch));
        Assert.Equal(collector.Canonical!.Embedding.Hash, certificate.Statement.EmbeddingHash);
        Assert.Empty(collector.Evidence);
    }

    [Fact]
    public void Outsiders_duplicates_and_messages_of_other_rounds_are_refused()
    {
        SlotCollector collector = Collector();
        using ISigner outsider = HashScheme.Instance.CreateSigner([9]);
        QuantisedEmbedding seen = Directors.Seen(_random, 0);
        Assert.Equal(MessageOutcome.NotADirector, collector.Handle(CommitMessage.Create(outsider, _context.Round, default, seen)));
        CommitMessage commit = CommitMessage.Create(Directors.Signers[0], _context.Round, default, seen);
        Assert.Equal(MessageOutcome.WrongRound, collector.Handle(CommitMessage.Create(Directors.Signers[0], Directors.Context("other").Round, default, seen)));
        Assert.Equal(MessageOutcome.WrongSignature, collector.Handle(commit with { Signature = default }));
        Assert.Equal(MessageOutcome.WrongSignature, collector.Handle(commit with { Director = Directors.Signers[1].PublicKey }));
        Assert.Equal(MessageOutcome.Accepted, collector.Handle(commit));
        Assert.Equal(MessageOutcome.Duplicate, collector.Handle(commit));
        Assert.Equal(MessageOutcome.SecondCommit, collector.Handle(CommitMessage.Create(Directors.Signers[0], _context.Round, Directors.Nonce(_random), seen)));
    }

    [Fact]
    public void Reveals_that_are_early_late_without_a_commit_or_do_not_open_it_are_refused()
    {
        SlotCollector collector = Collector();
        DirectorRound[] rounds = Rounds();
        Commit(collector, rounds[..4]);
        RevealMessage reveal = new(rounds[0].Commit!.Director, _context.Round, rounds[0].Nonce, rounds[0].Embedding!);
        Assert.Equal(MessageOutcome.TooEarly, collector.Handle(reveal));
        collector.OnDeadline(ConsensusPhase.Commit);
        Assert.Equal(MessageOutcome.TooLate, collector.Handle(rounds[4].Commit!));
        Assert.Equal(MessageOutcome.NoCommit, collector.Handle(new RevealMessage(rounds[4].Commit!.Director, _context.Round, rounds[4].Nonce, rounds[4].Embedding!)));
        Assert.Equal(MessageOutcome.DoesNotOpen, collector.Handle(reveal with { Embedding = Directors.Seen(_random, 1) }));
        Assert.Equal(MessageOutcome.DoesNotOpen, collector.Handle(reveal with { Nonce = default }));
        Assert.Equal(MessageOutcome.DoesNotOpen, collector.Handle(reveal with { Director = rounds[1].Commit!.Director }));
        Assert.Equal(MessageOutcome.Accepted, collector.Handle(reveal));
        collector.OnDeadline(ConsensusPhase.Reveal);
        Assert.Equal(MessageOutcome.TooLate, collector.Handle(new RevealMessage(rounds[1].Commit!.Director, _context.Round, rounds[1].Nonce, rounds[1].Embedding!)));
    }

    [Fact]
    public void A_director_outside_the_radius_does_not_count_and_an_honest_one_says_so_itself()
    {
        SlotCollector collector = Collector();
        DirectorRound[] rounds = Rounds();
        rounds[4] = new(_context, HashScheme.Instance, Directors.Signers[4], Verdict.Accept, Directors.Seen(_random, 0, picture: 77), Directors.Nonce(_random));
        Commit(collector, rounds);
        Reveal(collector, rounds);
        Assert.False(collector.Canonical!.Counts(4));
        Vote lie = Vote.Sign(Directors.Signers[4], _context.Statement(collector.Canonical.Embedding, Verdict.Accept));
        Assert.Equal(Verdict.RejectSimilarity, rounds[4].CastVote(collector.Reveals).Vote.Statement.Verdict);
        Assert.Equal(MessageOutcome.DoesNotCount, collector.Handle(new VoteMessage(lie)));
        CastVotes(collector, rounds[..4]);
        Assert.Equal(0b01111, collector.Certificate!.Signers);
    }

    [Fact]
    public void Two_different_votes_are_evidence_that_convicts_before_anyone()
    {
        SlotCollector collector = Collector();
        DirectorRound[] rounds = Rounds();
        Commit(collector, rounds);
        Reveal(collector, rounds);
        CastVotes(collector, rounds[..1]);
        Vote other = Vote.Sign(Directors.Signers[0], Directors.Context("other").Statement(null, Verdict.RejectScores));
        Assert.Equal(MessageOutcome.WrongSignature, collector.Handle(new VoteMessage(other with { Signature = default })));
        Assert.Equal(MessageOutcome.Equivocation, collector.Handle(new VoteMessage(other)));
        EquivocationEvidence evidence = Assert.Single(collector.Evidence);
        Assert.Equal(Directors.Signers[0].PublicKey, evidence.Director);
        Assert.True(evidence.Verify(HashScheme.Instance, Directors.Epoch));
        Assert.False((evidence with { Second = evidence.First }).Verify(HashScheme.Instance, Directors.Epoch));
        Assert.False((evidence with { Second = evidence.Second with { Signature = default } }).Verify(HashScheme.Instance, Directors.Epoch));
    }

    [Fact]
    public void A_bogus_first_vote_is_not_forgotten()
    {
        SlotCollector collector = Collector();
        DirectorRound[] rounds = Rounds();
        Commit(collector, rounds);
        Reveal(collector, rounds);
        Vote bogus = Vote.Sign(Directors.Signers[0], Directors.Context("other").Statement(null, Verdict.Accept));
        Assert.Equal(MessageOutcome.WrongStatement, collector.Handle(new VoteMessage(bogus)));
        Assert.Equal(MessageOutcome.Equivocation, collector.Handle(rounds[0].CastVote(collector.Reveals)));
        Assert.Single(collector.Evidence);
    }

    [Fact]
    public void Directors_that_cannot_decode_the_content_certify_its_rejection()
    {
        SlotCollector collector = Collector();
        DirectorRound[] rounds = [.. Directors.Signers.Select(signer =>
            new DirectorRound(_context, HashScheme.Instance, signer, Verdict.RejectContent, null, Directors.Nonce(_random)))];
        collector.OnDeadline(ConsensusPhase.Commit);
        Assert.Equal(ConsensusPhase.Vote, collector.Phase);
        CastVotes(collector, rounds);
        Assert.Equal(Verdict.RejectContent, collector.Certificate!.Statement.Verdict);
        Assert.False(collector.Certificate.IsAccept);
    }

    [Fact]
    public void A_director_answers_the_same_however_often_and_whatever_it_is_shown()
    {
        SlotCollector collector = Collector();
        DirectorRound[] rounds = Rounds();
        Commit(collector, rounds);
        Reveal(collector, rounds);
        VoteMessage vote = rounds[0].CastVote(collector.Reveals);
        Assert.Equal(vote.Encode(), rounds[0].CastVote([]).Encode());

        Assert.True(DirectorRound.TryRestore(rounds[0].ToBytes(), _context, HashScheme.Instance, Directors.Signers[0], out DirectorRound? restored, out _));
        Assert.Equal(vote.Encode(), restored.CastVote([]).Encode());
        Assert.True(restored.TryReveal([], out RevealMessage? reveal, out _));
        Assert.Equal(rounds[0].RevealMade!.Encode(), reveal.Encode());

        // Restored between reveal and vote, it still believes only the commits that it saw.
        Assert.True(DirectorRound.TryRestore(rounds[1].ToBytes(), _context, HashScheme.Instance, Directors.Signers[1], out restored, out _));
        Assert.Equal(rounds[1].CastVote(collector.Reveals).Encode(), restored.CastVote(collector.Reveals).Encode());
    }

    [Fact]
    public void A_copycat_that_commits_after_it_has_seen_a_reveal_is_not_believed()
    {
        DirectorRound[] rounds = Rounds();
        CommitMessage[] commits = [.. rounds[..3].Select(round => round.Commit!)];
        List<RevealMessage> reveals = [];
        foreach (DirectorRound round in rounds[..3])
        {
            Assert.True(round.TryReveal(commits, out RevealMessage? reveal, out _));
            reveals.Add(reveal);
        }

        // A collector in league with director 4 lets it commit now, to what director 0 has revealed.
        DirectorRound copycat = new(_context, HashScheme.Instance, Directors.Signers[4], Verdict.Accept, reveals[0].Embedding, Directors.Nonce(_random));
        Assert.True(copycat.TryReveal([.. commits, copycat.Commit!], out RevealMessage? copied, out _));
        VoteMessage with = rounds[0].CastVote([.. reveals, copied]);
        VoteMessage without = rounds[1].CastVote(reveals);
        Assert.Equal(without.Vote.Statement, with.Vote.Statement);
    }

    [Fact]
    public void Every_message_comes_back_from_its_bytes()
    {
        DirectorRound round = Rounds()[0];
        Assert.True(round.TryReveal([round.Commit!], out RevealMessage? reveal, out _));
        foreach (ConsensusMessage message in (ConsensusMessage[])[round.Commit!, reveal, round.CastVote([])])
        {
            Assert.True(ConsensusMessage.TryDecode(message.Encode(), out ConsensusMessage? read, out _));
            Assert.Equal(message.Encode(), read.Encode());
            Assert.Equal(message.GetType(), read.GetType());
            Assert.InRange(message.Encode().Length, 1, ConsensusMessage.EncodedBytesMax);
            Assert.False(ConsensusMessage.TryDecode([.. message.Encode(), 0], out _, out string? reason));
            Assert.NotNull(reason);
        }
    }

    private SlotCollector Collector() => new(_context, HashScheme.Instance);

    private DirectorRound[] Rounds() => [.. Enumerable.Range(0, 5).Select(place => Directors.Honest(_context, place, _random))];

    private static void Commit(SlotCollector collector, DirectorRound[] rounds)
    {
        foreach (DirectorRound round in rounds)
            Assert.Equal(MessageOutcome.Accepted, collector.Handle(round.Commit!));
    }

    private static void Reveal(SlotCollector collector, DirectorRound[] rounds)
    {
        var commits = collector.Commits;
        foreach (DirectorRound round in rounds)
        {
            Assert.True(round.TryReveal(commits, out RevealMessage? reveal, out string? reason), reason);
            Assert.Equal(MessageOutcome.Accepted, collector.Handle(reveal));
        }
    }

    private static void CastVotes(SlotCollector collector, DirectorRound[] rounds)
    {
        foreach (DirectorRound round in rounds)
            Assert.Equal(MessageOutcome.Accepted, collector.Handle(round.CastVote(collector.Reveals)));
    }
}
