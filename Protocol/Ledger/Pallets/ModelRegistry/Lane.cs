namespace Nsn.Protocol.Ledger.Pallets.ModelRegistry;

#pragma warning disable CA1712 // The lanes are called Lane 0 and Lane 1, in documents, metrics and speech.

/// <summary>Which kind of work.</summary>
public enum Lane : byte
{
    /// <summary>Video by the clock, made by the epoch's directors.</summary>
    Lane0,

    /// <summary>Compute on demand.</summary>
    Lane1,
}
