using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Runtime;

namespace Nsn.Protocol.Ledger.Pallets.Sudo;

/// <summary>What the sudo pallet reports.</summary>
public static class SudoEvents
{
    /// <summary>A call of the sudo key took effect.</summary>
    public sealed record Sudid(AccountId Key) : LedgerEvent;

    /// <summary>Another key is the sudo key now.</summary>
    public sealed record KeyChanged(AccountId OldKey, AccountId NewKey) : LedgerEvent;

    /// <summary>There is no sudo key any more.</summary>
    public sealed record KeyRemoved(AccountId OldKey) : LedgerEvent;
}
