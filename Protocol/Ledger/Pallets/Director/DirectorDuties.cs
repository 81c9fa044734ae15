namespace Nsn.Protocol.Ledger.Pallets.Director;

/// <summary>What the director pallet puts on the agenda.</summary>
internal static class DirectorDuties
{
    /// <summary>A slot's certificate is due.</summary>
    public const byte SlotDeadline = 0;

    /// <summary>A result's challenge time is over.</summary>
    public const byte FinaliseResult = 1;

    /// <summary>A challenge's voting time is over.</summary>
    public const byte ResolveChallenge = 2;

    /// <summary>A slot is old enough to be forgotten.</summary>
    public const byte ForgetSlot = 3;

    /// <summary>An epoch is old enough to be forgotten.</summary>
    public const byte ForgetEpoch = 4;
}
