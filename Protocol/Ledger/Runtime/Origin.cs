using Nsn.Protocol.Cryptography;

namespace Nsn.Protocol.Ledger.Runtime;

/// <summary>On whose behalf a call runs.</summary>
public readonly record struct Origin
{
    private Origin(OriginKind kind, AccountId account)
    {
        Kind = kind;
        Account = account;
    }

    /// <summary>Which kind of caller.</summary>
    public OriginKind Kind { get; }

    /// <summary>The signer, for <see cref="OriginKind.Signed"/>.</summary>
    public AccountId Account { get; }

    /// <summary>The sudo key, for parameters.</summary>
    public static Origin Root => new(OriginKind.Root, default);

    /// <summary>The block itself.</summary>
    public static Origin Inherent => new(OriginKind.Inherent, default);

    /// <summary>An account that signed.</summary>
    public static Origin Signed(AccountId account) => new(OriginKind.Signed, account);
}
