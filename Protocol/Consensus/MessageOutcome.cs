namespace Nsn.Protocol.Consensus;

/// <summary>What became of a message.</summary>
public enum MessageOutcome
{
    /// <summary>It counts.</summary>
    Accepted,

    /// <summary>The same was there already.</summary>
    Duplicate,

    /// <summary>The sender is none of the five.</summary>
    NotADirector,

    /// <summary>It is of another chain, epoch, slot or content.</summary>
    WrongRound,

    /// <summary>Its phase has not begun; the sender may try again.</summary>
    TooEarly,

    /// <summary>Its phase is over.</summary>
    TooLate,

    /// <summary>The signature is not the sender's.</summary>
    WrongSignature,

    /// <summary>The sender has committed to something else already; the first counts.</summary>
    SecondCommit,

    /// <summary>The sender reveals without a commit.</summary>
    NoCommit,

    /// <summary>The reveal does not open the sender's commit.</summary>
    DoesNotOpen,

    /// <summary>The vote is about another statement than the one that follows from the reveals.</summary>
    WrongStatement,

    /// <summary>The sender votes to accept, though its embedding is not within the radius, or it revealed none.</summary>
    DoesNotCount,

    /// <summary>The sender voted differently before: there is evidence.</summary>
    Equivocation,
}
