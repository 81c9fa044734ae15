namespace Nsn.Protocol.Ledger.Pallets.Treasury;

/// <summary>How many new tokens there may be: 100 million NSN in the first year, 15 % less each year after.</summary>
public static class Emission
{
    /// <summary>In the first year.</summary>
    public static UInt128 FirstYear { get; } = Units.Nsn(100_000_000);

    /// <summary>In a year, from 1: E(1) = 100 million NSN, E(y) = ⌊0.85·E(y−1)⌋; 0 before.</summary>
    public static UInt128 OfYear(uint year)
    {
        if (year == 0)
        {
            return 0;
        }

        var emission = FirstYear;
        for (var y = 1u; y < year && emission > 0; y++)
        {
            emission = emission * 85 / 100;
        }

        return emission;
    }

    /// <summary>Of the day that ends at the start of a block.</summary>
    public static UInt128 OfDayEndingAt(uint block, LedgerParameters parameters) =>
        OfYear(((block - 1) / parameters.BlocksPerYear) + 1) / parameters.DistributionsPerYear;
}
