using Nsn.Protocol.Ledger.Runtime;

namespace Nsn.Protocol.Ledger.Pallets.Bootstrap;

/// <summary>Why the bootstrap registry refuses.</summary>
public static class BootstrapErrors
{
    private static readonly ErrorSet s_set = new(58, BootstrapPallet.Name);

    /// <summary>A key without bytes.</summary>
    public static DispatchError EmptySignerKey { get; } = s_set.Next();

    /// <summary>The quorum must be at least one and at most the number of signers that are trusted.</summary>
    public static DispatchError InvalidQuorum { get; } = s_set.Next();

    /// <summary>The signer is not in the list.</summary>
    public static DispatchError SignerNotTrusted { get; } = s_set.Next();

    /// <summary>The signer is revoked already.</summary>
    public static DispatchError SignerAlreadyRevoked { get; } = s_set.Next();

    /// <summary>The signer is not revoked.</summary>
    public static DispatchError SignerNotRevoked { get; } = s_set.Next();

    internal static IReadOnlyList<DispatchError> All => s_set.All;
}
