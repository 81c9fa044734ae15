using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Runtime;

namespace Nsn.Protocol.Ledger.Pallets.Director;

/// <summary>What the director pallet reports.</summary>
public static class DirectorEvents
{
    /// <summary>A slot is on air.</summary>
    public sealed record SlotStarted(ulong Slot) : LedgerEvent;

    /// <summary>The directors of an epoch are known; none when there were too few candidates.</summary>
    public sealed record OnDeckElection(uint Epoch, IReadOnlyList<AccountId> Directors, uint StartBlock) : LedgerEvent;

    /// <summary>An epoch began.</summary>
    public sealed record EpochStarted(uint Epoch, IReadOnlyList<AccountId> Directors, uint EndBlock) : LedgerEvent;

    /// <summary>An epoch has too few directors.</summary>
    public sealed record EpochDegraded(uint Epoch) : LedgerEvent;

    /// <summary>An epoch ended.</summary>
    public sealed record EpochCompleted(uint Epoch) : LedgerEvent;

    /// <summary>A certificate was accepted; it can be challenged until a block.</summary>
    public sealed record BftResultPending(ulong Slot, Hash256 ContentRoot, AccountId Submitter, uint Deadline) : LedgerEvent;

    /// <summary>A result stands.</summary>
    public sealed record BftConsensusFinalized(ulong Slot, bool Success) : LedgerEvent;

    /// <summary>A slot got no certificate in time.</summary>
    public sealed record SlotFailed(ulong Slot) : LedgerEvent;

    /// <summary>A result was challenged; validators vote until a block.</summary>
    public sealed record BftChallenged(ulong Slot, AccountId Challenger, Hash256 EvidenceHash, uint Deadline) : LedgerEvent;

    /// <summary>A validator voted.</summary>
    public sealed record ChallengeVoted(ulong Slot, AccountId Validator, bool Uphold) : LedgerEvent;

    /// <summary>Validators found a result wrong: its signers lost this much.</summary>
    public sealed record ChallengeUpheld(ulong Slot, AccountId Challenger, UInt128 Slashed) : LedgerEvent;

    /// <summary>Validators found a result right: the challenger lost its bond.</summary>
    public sealed record ChallengeRejected(ulong Slot, AccountId Challenger) : LedgerEvent;

    /// <summary>Too few validators voted: the bond went back, the result stands.</summary>
    public sealed record ChallengeExpired(ulong Slot, AccountId Challenger) : LedgerEvent;

    /// <summary>A director signed two statements for one slot.</summary>
    public sealed record EquivocationProven(ulong Slot, AccountId Director, UInt128 Slashed) : LedgerEvent;

    /// <summary>A result was taken back, because its epoch was elected anew before it began.</summary>
    public sealed record ResultVoided(ulong Slot) : LedgerEvent;
}
