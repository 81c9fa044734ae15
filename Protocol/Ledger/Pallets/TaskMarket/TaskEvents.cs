using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Pallets.ModelRegistry;
using Nsn.Protocol.Ledger.Runtime;

namespace Nsn.Protocol.Ledger.Pallets.TaskMarket;

/// <summary>What the task market reports.</summary>
public static class TaskEvents
{
    /// <summary>A task waits for an executor.</summary>
    public sealed record TaskCreated(ulong Task, AccountId Requester, Lane Lane, UInt128 Escrow) : LedgerEvent;

    /// <summary>A task has an executor, until a block.</summary>
    public sealed record TaskAssigned(ulong Task, AccountId Executor, uint Lease) : LedgerEvent;

    /// <summary>An executor began.</summary>
    public sealed record TaskStarted(ulong Task) : LedgerEvent;

    /// <summary>A result is there; a committee checks it.</summary>
    public sealed record TaskSubmitted(ulong Task, string OutputCid, IReadOnlyList<AccountId> Committee) : LedgerEvent;

    /// <summary>A member of the committee answered.</summary>
    public sealed record AttestationSubmitted(ulong Task, AccountId Validator, byte Score) : LedgerEvent;

    /// <summary>Done and paid.</summary>
    public sealed record TaskVerified(ulong Task, AccountId Executor, UInt128 Payment, byte Score) : LedgerEvent;

    /// <summary>The result was bad; the pay went back.</summary>
    public sealed record TaskRejected(ulong Task, AccountId Executor, byte Score) : LedgerEvent;

    /// <summary>An executor let its time run out, or gave the task back.</summary>
    public sealed record TaskReturned(ulong Task, AccountId Executor, bool TimedOut) : LedgerEvent;

    /// <summary>A task ended without a result; the pay went back.</summary>
    public sealed record TaskEnded(ulong Task, TaskState Status) : LedgerEvent;
}
