namespace Nsn.Protocol.Ledger.Pallets.TaskMarket;

/// <summary>How far a task has come.</summary>
public enum TaskState : byte
{
    /// <summary>Waits for an executor.</summary>
    Open,

    /// <summary>Has one.</summary>
    Assigned,

    /// <summary>Is being carried out.</summary>
    Executing,

    /// <summary>A committee checks the result.</summary>
    PendingVerification,

    /// <summary>Done and paid.</summary>
    Verified,

    /// <summary>The committee found the result bad; the pay went back.</summary>
    Rejected,

    /// <summary>Nobody managed; the pay went back.</summary>
    Failed,

    /// <summary>Its time was over; the pay went back.</summary>
    Expired,

    /// <summary>Taken back before anybody had it.</summary>
    Cancelled,
}
