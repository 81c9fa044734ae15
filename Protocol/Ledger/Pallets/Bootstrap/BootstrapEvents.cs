using Nsn.Protocol.Ledger.Runtime;

namespace Nsn.Protocol.Ledger.Pallets.Bootstrap;

/// <summary>What the bootstrap registry reports.</summary>
public static class BootstrapEvents
{
    /// <summary>Other signers are trusted now, or more or fewer of them are needed.</summary>
    public sealed record SignersUpdated(ulong Epoch, uint Quorum) : LedgerEvent;

    /// <summary>A signer is no longer trusted.</summary>
    public sealed record SignerRevoked(ulong Epoch, byte[] Signer) : LedgerEvent;

    /// <summary>A signer is trusted again.</summary>
    public sealed record SignerRestored(ulong Epoch, byte[] Signer) : LedgerEvent;
}
