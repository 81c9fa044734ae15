using System.Collections.Immutable;
using Nsn.Protocol.Cryptography;

namespace Nsn.Protocol.Certificates;

/// <summary>The five directors of an epoch, in the order of the ledger; a certificate names them by their place in it.</summary>
public sealed class EpochDirectors
{
    /// <summary>Takes the directors of an epoch.</summary>
    /// <param name="chainId">The chain that elected them: the hash of its genesis block.</param>
    /// <param name="epoch">The epoch.</param>
    /// <param name="accounts">Five different accounts in the order of the ledger.</param>
    public EpochDirectors(Hash256 chainId, ulong epoch, ReadOnlySpan<AccountId> accounts)
    {
        if (accounts.Length != Quorum.Directors)
            throw new ArgumentException($"an epoch has {Quorum.Directors} directors, got {accounts.Length}", nameof(accounts));
        ChainId = chainId;
        Epoch = epoch;
        Accounts = [.. accounts];
        if (Accounts.Distinct().Count() != Quorum.Directors)
            throw new ArgumentException("a director is in the list twice", nameof(accounts));
    }

    /// <summary>The chain that elected them.</summary>
    public Hash256 ChainId { get; }

    /// <summary>The epoch.</summary>
    public ulong Epoch { get; }

    /// <summary>The accounts in the order of the ledger.</summary>
    public ImmutableArray<AccountId> Accounts { get; }

    /// <summary>The place of an account, or -1.</summary>
    public int IndexOf(in AccountId account) => Accounts.IndexOf(account);
}
