using Nsn.Protocol.Ledger.Runtime;

namespace Nsn.Protocol.Ledger.Pallets.Director;

/// <summary>Why the director pallet refuses.</summary>
public static class DirectorErrors
{
    private static readonly ErrorSet s_set = new(52, DirectorPallet.Name);

    /// <summary>The account, or the signer, directs no such epoch.</summary>
    public static DispatchError NotElectedDirector { get; } = s_set.Next();

    /// <summary>Fewer than three directors with their stake in place signed.</summary>
    public static DispatchError InsufficientAgreement { get; } = s_set.Next();

    /// <summary>Nothing was certified for the slot.</summary>
    public static DispatchError ResultNotFound { get; } = s_set.Next();

    /// <summary>The result can no longer be challenged.</summary>
    public static DispatchError AlreadyFinalized { get; } = s_set.Next();

    /// <summary>Somebody challenged the result already.</summary>
    public static DispatchError ChallengeExists { get; } = s_set.Next();

    /// <summary>A challenger needs a validator's stake.</summary>
    public static DispatchError InsufficientChallengeStake { get; } = s_set.Next();

    /// <summary>The result was not challenged.</summary>
    public static DispatchError NoChallengeExists { get; } = s_set.Next();

    /// <summary>The slot has a certificate already.</summary>
    public static DispatchError ResultAlreadySubmitted { get; } = s_set.Next();

    /// <summary>The bytes are no certificate or vote.</summary>
    public static DispatchError Malformed { get; } = s_set.Next();

    /// <summary>For another chain, or for an epoch that the slot is not in.</summary>
    public static DispatchError WrongEpoch { get; } = s_set.Next();

    /// <summary>The directors rejected the content.</summary>
    public static DispatchError NotAccepted { get; } = s_set.Next();

    /// <summary>Too early for the slot, or too late.</summary>
    public static DispatchError OutsideWindow { get; } = s_set.Next();

    /// <summary>A signature is wrong.</summary>
    public static DispatchError InvalidSignature { get; } = s_set.Next();

    /// <summary>A director of the epoch, or the challenger itself, may not.</summary>
    public static DispatchError Involved { get; } = s_set.Next();

    /// <summary>Needs a validator's stake.</summary>
    public static DispatchError NotValidator { get; } = s_set.Next();

    /// <summary>Voted already.</summary>
    public static DispatchError AlreadyVoted { get; } = s_set.Next();

    /// <summary>As many voted as may.</summary>
    public static DispatchError TooManyVotes { get; } = s_set.Next();

    /// <summary>The two votes are no contradiction.</summary>
    public static DispatchError NotEquivocation { get; } = s_set.Next();

    /// <summary>The director paid for this slot already.</summary>
    public static DispatchError AlreadyPunished { get; } = s_set.Next();

    /// <summary>The secret is not the one that was committed to.</summary>
    public static DispatchError CommitMismatch { get; } = s_set.Next();

    internal static IReadOnlyList<DispatchError> All => s_set.All;
}
