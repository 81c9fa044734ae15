using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Runtime;

namespace Nsn.Protocol.Ledger.Pallets.Sudo;

/// <summary>What the sudo key can do.</summary>
public static class SudoCalls
{
    /// <summary>Makes a call that is for the sudo key only.</summary>
    public sealed record Sudo(Call Inner) : Call;

    /// <summary>Hands the key over.</summary>
    public sealed record SetKey(AccountId NewKey) : Call;

    /// <summary>Ends it for good: parameters can never be changed again.</summary>
    public sealed record RemoveKey : Call;
}
