using System.Text;
using Nsn.Protocol.Cryptography;

namespace Nsn.Protocol.Ledger.Pallets;

/// <summary>Accounts that no key owns: "modl", an id of eight characters, zeros (as Substrate's PalletId).</summary>
public static class SovereignAccount
{
    /// <summary>The treasury.</summary>
    public static AccountId Treasury { get; } = Of("nsn/trea");

    /// <summary>The account of an id.</summary>
    public static AccountId Of(string id)
    {
        var bytes = new byte[AccountId.Size];
        Encoding.ASCII.GetBytes("modl" + id, bytes);
        return new AccountId(bytes);
    }
}
