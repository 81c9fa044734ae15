namespace Nsn.Protocol.Ledger.Pallets.FrameSystem;

/// <summary>The balance of an account.</summary>
/// <param name="Free">May be spent, but for what is frozen.</param>
/// <param name="Reserved">The sum of all holds.</param>
/// <param name="Frozen">The largest freeze: so much of the free part may not be spent.</param>
public readonly record struct AccountData(UInt128 Free, UInt128 Reserved, UInt128 Frozen)
{
    /// <summary>Free and held.</summary>
    public UInt128 Total => Free + Reserved;

    /// <summary>What may be spent or held.</summary>
    public UInt128 Usable => Free > Frozen ? Free - Frozen : 0;
}
