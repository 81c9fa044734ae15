namespace Nsn.Protocol.Ledger.Pallets.Reputation;

/// <summary>What raises or lowers a reputation.</summary>
public enum ReputationEventKind : byte
{
    /// <summary>Signed a result that became final.</summary>
    DirectorSlotAccepted,

    /// <summary>Signed a result that validators found wrong.</summary>
    DirectorSlotRejected,

    /// <summary>Directed an epoch when one of its slots got no certificate, or kept back a beacon value it had committed to.</summary>
    DirectorSlotMissed,

    /// <summary>Voted on a challenge or scored a task as the outcome was.</summary>
    ValidatorVoteCorrect,

    /// <summary>Voted on a challenge or scored a task against the outcome.</summary>
    ValidatorVoteIncorrect,

    /// <summary>Served chunks, as the creator of the deal says.</summary>
    SeederChunkServed,

    /// <summary>Answered an audit.</summary>
    PinningAuditPassed,

    /// <summary>Did not answer an audit, or wrongly.</summary>
    PinningAuditFailed,

    /// <summary>Carried out a task.</summary>
    TaskCompleted,

    /// <summary>Let a task time out, or delivered what did not verify.</summary>
    TaskFailed,
}
