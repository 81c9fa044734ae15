using System.Diagnostics.CodeAnalysis;
using Nsn.Protocol.Certificates;
using Nsn.Protocol.Cryptography;

namespace Nsn.Protocol.Consensus;

/// <summary>
/// One director's part in one slot: commit, reveal, vote. Each is made once; asked again, it gives the same bytes, whatever it is shown, so that an honest director
/// can never equivocate. Store <see cref="ToBytes"/> before sending an answer, and it holds across restarts too.
/// </summary>
/// <remarks>
/// It reveals only after the commits are closed, and believes only reveals whose commits it saw before it revealed itself: whoever wants to repeat another
/// director's embedding would have had to commit to it before it was shown. Not safe for use by several threads.
/// </remarks>
public sealed partial class DirectorRound
{
    private readonly SlotContext _context;
    private readonly ISignatureScheme _scheme;
    private readonly ISigner _signer;
    private readonly CommitMessage?[] _seen = new CommitMessage?[Quorum.Directors];
    private readonly int _place;

    /// <summary>Starts with what the director found in the clip.</summary>
    /// <param name="context">What is fixed about the slot.</param>
    /// <param name="scheme">How signatures are verified.</param>
    /// <param name="signer">The director's key; one of the five.</param>
    /// <param name="verdict">What the director's own checks say.</param>
    /// <param name="embedding">What it saw; null if nothing could be decoded, and then <paramref name="verdict"/> is a rejection.</param>
    /// <param name="nonce">32 secret bytes from a cryptographic generator, never used before; its frames were drawn from them.</param>
    public DirectorRound(SlotContext context, ISignatureScheme scheme, ISigner signer, Verdict verdict, QuantisedEmbedding? embedding, Hash256 nonce)
    {
        _place = context.Directors.IndexOf(signer.PublicKey);
        if (_place < 0)
            throw new ArgumentException("the signer is none of the directors", nameof(signer));
        if (embedding is null && verdict == Verdict.Accept)
            throw new ArgumentException("nothing can be accepted without an embedding", nameof(verdict));
        _context = context;
        _scheme = scheme;
        _signer = signer;
        Verdict = verdict;
        Embedding = embedding;
        Nonce = nonce;
        Commit = embedding is null ? null : CommitMessage.Create(signer, context.Round, nonce, embedding);
    }

    /// <summary>What the director's own checks say.</summary>
    public Verdict Verdict { get; }

    /// <summary>What it saw.</summary>
    public QuantisedEmbedding? Embedding { get; }

    /// <summary>Its secret until the reveal.</summary>
    public Hash256 Nonce { get; }

    /// <summary>Its commit; null without an embedding.</summary>
    public CommitMessage? Commit { get; }

    /// <summary>Its reveal, once made.</summary>
    public RevealMessage? RevealMade { get; private set; }

    /// <summary>Its vote, once made.</summary>
    public VoteMessage? VoteMade { get; private set; }

    /// <summary>Reveals, after the commits are closed.</summary>
    /// <param name="commits">All that committed; invalid ones are left out of account.</param>
    /// <param name="reveal">The reveal.</param>
    /// <param name="reason">Why there is none: nothing to reveal, or the director's own commit is missing, so that others would not believe its reveal.</param>
    public bool TryReveal(IEnumerable<CommitMessage> commits, [NotNullWhen(true)] out RevealMessage? reveal, [NotNullWhen(false)] out string? reason)
    {
        reveal = RevealMade;
        reason = null;
        if (reveal is not null)
            return true;
        if (Commit is null || Embedding is null)
        {
            reason = "there was nothing to commit to";
            return false;
        }

        CommitMessage?[] seen = new CommitMessage?[Quorum.Directors];
        foreach (CommitMessage commit in commits)
        {
            int place = _context.Directors.IndexOf(commit.Director);
            if (place >= 0 && seen[place] is null && commit.Round == _context.Round && (commit == Commit || commit.Verify(_scheme)))
                seen[place] = commit;
        }

        if (seen[_place] != Commit)
        {
            reason = "the own commit is not among the commits";
            return false;
        }

        seen.CopyTo(_seen, 0);
        reveal = RevealMade = new RevealMessage(Commit.Director, Commit.Round, Nonce, Embedding);
        return true;
    }

    /// <summary>
    /// Votes. The own verdict stands if it is a rejection; accepting needs a canonical embedding with the own one within its radius.
    /// </summary>
    /// <param name="reveals">All that revealed; those that do not open a commit seen before are left out of account.</param>
    public VoteMessage CastVote(IEnumerable<RevealMessage> reveals)
    {
        if (VoteMade is { } made)
            return made;
        QuantisedEmbedding?[] byPlace = new QuantisedEmbedding?[Quorum.Directors];
        foreach (RevealMessage reveal in reveals)
        {
            int place = _context.Directors.IndexOf(reveal.Director);
            if (place >= 0 && byPlace[place] is null && Believes(place, reveal))
                byPlace[place] = reveal.Embedding;
        }

        CanonicalEmbedding? canonical = CanonicalEmbedding.Choose(byPlace, _context.SimilarityMin);
        Verdict verdict = Verdict != Verdict.Accept ? Verdict
            : canonical?.Counts(_place) == true ? Verdict.Accept
            : Verdict.RejectSimilarity;
        return VoteMade = new VoteMessage(Vote.Sign(_signer, _context.Statement(canonical?.Embedding, verdict)));
    }

    // A director without an embedding saw no commits; it goes by the reveals, and can only reject.
    private bool Believes(int place, RevealMessage reveal)
        => reveal.Round == _context.Round && (Commit is null || (_seen[place] is { } commit && reveal.Opens(commit)));
}
