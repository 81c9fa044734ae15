using Nsn.Protocol.Ledger.Runtime;

namespace Nsn.Protocol.Ledger.Pallets.Bootstrap;

/// <summary>What the sudo key can ask of the bootstrap registry.</summary>
public static class BootstrapCalls
{
    /// <summary>Replaces all signers, the revoked ones included.</summary>
    public sealed record SetSigners(IReadOnlyList<byte[]> Signers, uint Quorum) : Call;

    /// <summary>No longer trusts a signer.</summary>
    public sealed record RevokeSigner(byte[] Signer) : Call;

    /// <summary>Trusts a revoked signer again.</summary>
    public sealed record RestoreSigner(byte[] Signer) : Call;

    /// <summary>How many signers a manifest needs.</summary>
    public sealed record SetQuorum(uint Quorum) : Call;
}
