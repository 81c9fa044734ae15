using Nsn.Protocol.Cryptography;

namespace Nsn.Protocol.Ledger.Extrinsics;

/// <summary>What a signature covers beside the call.</summary>
/// <param name="GenesisHash">The chain.</param>
/// <param name="BirthHash">The hash of the era's birth block; the genesis hash for an immortal extrinsic.</param>
/// <param name="SpecVersion">Version of the rules.</param>
/// <param name="TransactionVersion">Version of the extrinsic format.</param>
public readonly record struct SigningContext(Hash256 GenesisHash, Hash256 BirthHash, uint SpecVersion, uint TransactionVersion)
{
    /// <summary>The how-manieth extrinsic of the account, from 0.</summary>
    public uint Nonce { get; init; }

    /// <summary>Paid on top of the fee.</summary>
    public UInt128 Tip { get; init; }

    /// <summary>How long the extrinsic may be included; immortal where not said.</summary>
    public Era Era { get; init; }
}
