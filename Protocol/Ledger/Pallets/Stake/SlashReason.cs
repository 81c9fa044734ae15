namespace Nsn.Protocol.Ledger.Pallets.Stake;

/// <summary>Why stake was lost.</summary>
public enum SlashReason : byte
{
    /// <summary>Signed a result that validators found wrong.</summary>
    BftFailure,

    /// <summary>Did not answer an audit.</summary>
    AuditTimeout,

    /// <summary>Answered an audit wrongly.</summary>
    AuditInvalid,

    /// <summary>Signed two different statements for one slot.</summary>
    Equivocation,

    /// <summary>Took a task and let it time out, or delivered what did not verify.</summary>
    TaskAbandonment,
}
