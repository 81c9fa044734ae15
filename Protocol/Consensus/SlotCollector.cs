using System.Collections.Immutable;
using Nsn.Protocol.Certificates;
using Nsn.Protocol.Cryptography;

namespace Nsn.Protocol.Consensus;

/// <summary>
/// Brings the five directors of a slot to a certificate: collects commits, then reveals, then votes. Whoever runs it is not trusted: it can delay, and it can
/// leave directors out, but it cannot make them say what they do not say.
/// </summary>
/// <remarks>
/// Inputs are messages (<see cref="Handle"/>) and deadlines (<see cref="OnDeadline"/>); there is no clock here. After each input, send <see cref="Broadcast"/> to every
/// director that has not answered in the current <see cref="Phase"/>, until it is <see cref="ConsensusPhase.Finished"/>; then <see cref="Certificate"/> is the result, if there is one.
/// A phase ends when all that can answer have, or at its deadline. Safety: at most one certificate comes out, because a director's first vote is the only one that counts.
/// Liveness: with three honest directors and an honest proposer a certificate comes out whatever the other two do, if honest messages arrive in time.
/// Not safe for use by several threads.
/// </remarks>
public sealed class SlotCollector
{
    private readonly SlotContext _context;
    private readonly ISignatureScheme _scheme;
    private readonly RoundId _round;
    private readonly CommitMessage?[] _commits = new CommitMessage?[Quorum.Directors];
    private readonly RevealMessage?[] _reveals = new RevealMessage?[Quorum.Directors];
    private readonly Vote?[] _signed = new Vote?[Quorum.Directors]; // the first valid signature of each, whatever it is about
    private readonly Vote?[] _votes = new Vote?[Quorum.Directors]; // those of them that count
    private readonly EquivocationEvidence?[] _evidence = new EquivocationEvidence?[Quorum.Directors];

    /// <summary>Starts to wait for commits.</summary>
    public SlotCollector(SlotContext context, ISignatureScheme scheme)
    {
        _context = context;
        _scheme = scheme;
        _round = context.Round;
    }

    /// <summary>What is waited for.</summary>
    public ConsensusPhase Phase { get; private set; }

    /// <summary>The canonical embedding; null before the reveals are in, and if there is none.</summary>
    public CanonicalEmbedding? Canonical { get; private set; }

    /// <summary>The result; null before the end, and if no three directors said the same. Look at its verdict.</summary>
    public Certificate? Certificate { get; private set; }

    /// <summary>Directors that voted twice; at most one piece of evidence for each.</summary>
    public IEnumerable<EquivocationEvidence> Evidence => _evidence.OfType<EquivocationEvidence>();

    /// <summary>The accepted commits, by place of the director.</summary>
    public ImmutableArray<CommitMessage> Commits => [.. _commits.OfType<CommitMessage>()];

    /// <summary>The accepted reveals, by place of the director.</summary>
    public ImmutableArray<RevealMessage> Reveals => [.. _reveals.OfType<RevealMessage>()];

    /// <summary>The votes that count, by place of the director.</summary>
    public ImmutableArray<Vote> Votes => [.. _votes.OfType<Vote>()];

    /// <summary>What directors need for the next answer: nothing for a commit, the commits for a reveal, the reveals for a vote.</summary>
    public IReadOnlyList<ConsensusMessage> Broadcast => Phase switch
    {
        ConsensusPhase.Reveal => [.. _commits.OfType<CommitMessage>()],
        ConsensusPhase.Vote => [.. _reveals.OfType<RevealMessage>()],
        _ => [],
    };

    /// <summary>True if the director in a place has said all that it can say in the current phase.</summary>
    public bool HasAnswered(int place) => Phase switch
    {
        ConsensusPhase.Commit => _commits[place] is not null,
        ConsensusPhase.Reveal => _commits[place] is null || _reveals[place] is not null,
        ConsensusPhase.Vote => _signed[place] is not null,
        _ => true,
    };

    /// <summary>Takes a message.</summary>
    public MessageOutcome Handle(ConsensusMessage message)
    {
        int place = _context.Directors.IndexOf(message.Director);
        MessageOutcome outcome = place < 0 ? MessageOutcome.NotADirector : message switch
        {
            CommitMessage commit => HandleCommit(place, commit),
            RevealMessage reveal => HandleReveal(place, reveal),
            VoteMessage vote => HandleVote(place, vote.Vote),
            _ => throw new InvalidOperationException($"unknown message {message.GetType()}"),
        };
        bool changed = outcome is MessageOutcome.Accepted or MessageOutcome.WrongStatement or MessageOutcome.DoesNotCount;
        if (changed && Enumerable.Range(0, Quorum.Directors).All(HasAnswered))
            EndPhase();
        return outcome;
    }

    /// <summary>Ends a phase if it is the current one; a deadline that comes late does nothing.</summary>
    public void OnDeadline(ConsensusPhase phase)
    {
        if (phase == Phase && phase != ConsensusPhase.Finished)
            EndPhase();
    }

    private MessageOutcome HandleCommit(int place, CommitMessage commit)
    {
        if (commit.Round != _round)
            return MessageOutcome.WrongRound;
        if (_commits[place] is { } earlier)
            return earlier.Commitment == commit.Commitment ? MessageOutcome.Duplicate : MessageOutcome.SecondCommit;
        if (Phase != ConsensusPhase.Commit)
            return MessageOutcome.TooLate;
        if (!commit.Verify(_scheme))
            return MessageOutcome.WrongSignature;
        _commits[place] = commit;
        return MessageOutcome.Accepted;
    }

    private MessageOutcome HandleReveal(int place, RevealMessage reveal)
    {
        if (reveal.Round != _round)
            return MessageOutcome.WrongRound;
        if (_reveals[place] is not null)
            return MessageOutcome.Duplicate;
        if (Phase != ConsensusPhase.Reveal)
            return Phase < ConsensusPhase.Reveal ? MessageOutcome.TooEarly : MessageOutcome.TooLate;
        if (_commits[place] is not { } commit)
            return MessageOutcome.NoCommit;
        if (!reveal.Opens(commit))
            return MessageOutcome.DoesNotOpen;
        _reveals[place] = reveal;
        return MessageOutcome.Accepted;
    }

    private MessageOutcome HandleVote(int place, Vote vote)
    {
        SlotStatement statement = vote.Statement;
        if (statement.ChainId != _round.ChainId || statement.Epoch != _round.Epoch || statement.Slot != _round.Slot)
            return MessageOutcome.WrongRound;
        if (_signed[place] is { } first)
            return first.Statement == statement ? MessageOutcome.Duplicate : Convict(place, first, vote);
        if (Phase != ConsensusPhase.Vote)
            return Phase < ConsensusPhase.Vote ? MessageOutcome.TooEarly : MessageOutcome.TooLate;
        if (!vote.Verify(_scheme))
            return MessageOutcome.WrongSignature;
        _signed[place] = vote;
        if (statement != _context.Statement(Canonical?.Embedding, statement.Verdict))
            return MessageOutcome.WrongStatement;
        if (statement.Verdict == Verdict.Accept && Canonical?.Counts(place) != true)
            return MessageOutcome.DoesNotCount;
        _votes[place] = vote;
        return MessageOutcome.Accepted;
    }

    private MessageOutcome Convict(int place, Vote first, Vote second)
    {
        if (!second.Verify(_scheme))
            return MessageOutcome.WrongSignature;
        _evidence[place] ??= new EquivocationEvidence(first, second);
        return MessageOutcome.Equivocation;
    }

    private void EndPhase()
    {
        switch (Phase)
        {
            case ConsensusPhase.Commit:
                Phase = ConsensusPhase.Reveal;
                if (_commits.All(commit => commit is null))
                    EndPhase(); // nobody has anything to reveal, but directors may still say why they reject
                break;
            case ConsensusPhase.Reveal:
                Canonical = CanonicalEmbedding.Choose(Array.ConvertAll(_reveals, reveal => reveal?.Embedding), _context.SimilarityMin);
                Phase = ConsensusPhase.Vote;
                break;
            case ConsensusPhase.Vote:
                Certificate = Certify();
                Phase = ConsensusPhase.Finished;
                break;
            default:
                break;
        }
    }

    private Certificate? Certify()
    {
        // Three of five is a majority, so at most one statement has a quorum.
        IGrouping<SlotStatement, Vote>? quorum = _votes.OfType<Vote>()
            .GroupBy(vote => vote.Statement)
            .FirstOrDefault(group => group.Count() >= Quorum.Votes);
        return quorum is null ? null : Certificate.Create(_context.Directors, [.. quorum]);
    }
}
