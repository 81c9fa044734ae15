namespace Nsn.Protocol.Ledger;

/// <summary>Amounts. Balances are whole numbers of base units.</summary>
public static class Units
{
    /// <summary>Digits after the point: 1 NSN = 10^18 base units.</summary>
    public const int Decimals = 18;

    /// <summary>The token's symbol.</summary>
    public const string Symbol = "NSN";

    /// <summary>10^12 base units.</summary>
    public static UInt128 MicroNsn { get; } = 1_000_000_000_000;

    /// <summary>10^15 base units.</summary>
    public static UInt128 MilliNsn { get; } = 1_000_000_000_000_000;

    /// <summary>10^18 base units.</summary>
    public static UInt128 OneNsn { get; } = 1_000_000_000_000_000_000;

    /// <summary>So many NSN.</summary>
    public static UInt128 Nsn(ulong amount) => amount * OneNsn;

    /// <summary>⌊<paramref name="amount"/> · <paramref name="numerator"/> / <paramref name="denominator"/>⌋ without overflow; the fraction is at most one.</summary>
    public static UInt128 Share(UInt128 amount, UInt128 numerator, UInt128 denominator)
    {
        if (denominator == 0 || numerator > denominator)
        {
            throw new ArgumentOutOfRangeException(nameof(numerator), "A share is a fraction of at most one.");
        }

        if (numerator == 0 || amount <= UInt128.MaxValue / numerator)
        {
            return amount * numerator / denominator;
        }

        // 256 bits are needed in between.
        var product = (System.Numerics.BigInteger)amount * (System.Numerics.BigInteger)numerator;
        return (UInt128)(product / (System.Numerics.BigInteger)denominator);
    }
}
