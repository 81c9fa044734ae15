namespace Nsn.Protocol.Ledger.Runtime;

/// <summary>The family of a dispatch error. The numbers are the index bytes of Substrate's <c>DispatchError</c>.</summary>
public enum DispatchErrorKind : byte
{
    /// <summary>The caller may not make this call.</summary>
    BadOrigin = 2,

    /// <summary>A pallet's own error.</summary>
    Module = 3,

    /// <summary>The balance does not allow it.</summary>
    Token = 7,

    /// <summary>A sum leaves the range of its type.</summary>
    Arithmetic = 8,
}
