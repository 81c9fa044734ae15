using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Elections;

namespace Nsn.Protocol.Ledger.Genesis;

/// <summary>What block 0 contains.</summary>
public sealed record GenesisConfig
{
    /// <summary>The chain's name, for example <c>nsn-dev</c>; part of the state, so chains of different names have different hashes.</summary>
    public required string ChainName { get; init; }

    /// <summary>The constants.</summary>
    public required LedgerParameters Parameters { get; init; }

    /// <summary>Free balances.</summary>
    public IReadOnlyList<(AccountId Account, UInt128 Amount)> Balances { get; init; } = [];

    /// <summary>Stakes, out of the balances.</summary>
    public IReadOnlyList<(AccountId Account, UInt128 Amount, Region Region)> Stakes { get; init; } = [];

    /// <summary>The key for parameters, if there is one.</summary>
    public AccountId? SudoKey { get; init; }

    /// <summary>Whose signatures on manifests of first peers are believed.</summary>
    public IReadOnlyList<byte[]> BootstrapSigners { get; init; } = [];

    /// <summary>How many of them must sign; 0 when there are none.</summary>
    public uint BootstrapQuorum { get; init; }
}
