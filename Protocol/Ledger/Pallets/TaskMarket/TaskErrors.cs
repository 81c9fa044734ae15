using Nsn.Protocol.Ledger.Runtime;

namespace Nsn.Protocol.Ledger.Pallets.TaskMarket;

/// <summary>Why the task market refuses.</summary>
public static class TaskErrors
{
    private static readonly ErrorSet s_set = new(56, TaskMarketPallet.Name);

    /// <summary>A deadline lies ahead, within what block numbers reach.</summary>
    public static DispatchError InvalidDeadline { get; } = s_set.Next();

    /// <summary>No such renderer.</summary>
    public static DispatchError RendererNotRegistered { get; } = s_set.Next();

    /// <summary>The renderer is for the other lane.</summary>
    public static DispatchError RendererLaneMismatch { get; } = s_set.Next();

    /// <summary>Less than a task must pay.</summary>
    public static DispatchError InsufficientEscrow { get; } = s_set.Next();

    /// <summary>As many tasks wait as may.</summary>
    public static DispatchError TooManyPendingTasks { get; } = s_set.Next();

    /// <summary>No such task.</summary>
    public static DispatchError TaskNotFound { get; } = s_set.Next();

    /// <summary>Somebody has it, or it is over.</summary>
    public static DispatchError TaskNotOpen { get; } = s_set.Next();

    /// <summary>Nobody has it, or a result is there already.</summary>
    public static DispatchError TaskNotAssigned { get; } = s_set.Next();

    /// <summary>No result waits for a check.</summary>
    public static DispatchError TaskNotSubmitted { get; } = s_set.Next();

    /// <summary>Somebody else has it.</summary>
    public static DispatchError NotExecutor { get; } = s_set.Next();

    /// <summary>Somebody else asked for it.</summary>
    public static DispatchError NotRequester { get; } = s_set.Next();

    /// <summary>Somebody else checks it.</summary>
    public static DispatchError NotInCommittee { get; } = s_set.Next();

    /// <summary>From 0 to 100.</summary>
    public static DispatchError InvalidAttestationScore { get; } = s_set.Next();

    /// <summary>Answered already.</summary>
    public static DispatchError DuplicateAttestation { get; } = s_set.Next();

    /// <summary>The time for it is over.</summary>
    public static DispatchError LeaseExpired { get; } = s_set.Next();

    /// <summary>A CID has at least one character.</summary>
    public static DispatchError InvalidCid { get; } = s_set.Next();

    internal static IReadOnlyList<DispatchError> All => s_set.All;
}
