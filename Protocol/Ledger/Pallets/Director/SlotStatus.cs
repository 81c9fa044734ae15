namespace Nsn.Protocol.Ledger.Pallets.Director;

/// <summary>How far a slot has come.</summary>
public enum SlotStatus : byte
{
    /// <summary>Not on air yet.</summary>
    Pending,

    /// <summary>On air, with directors that answer for it.</summary>
    Elected,

    /// <summary>A certificate was accepted; it can be challenged.</summary>
    Submitted,

    /// <summary>Validators vote on it.</summary>
    Challenged,

    /// <summary>The result stands.</summary>
    Finalized,

    /// <summary>Validators found the result wrong.</summary>
    Failed,

    /// <summary>No certificate came in time.</summary>
    Missed,

    /// <summary>The epoch had too few directors.</summary>
    Unstaffed,
}
