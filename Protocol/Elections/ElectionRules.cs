namespace Nsn.Protocol.Elections;

/// <summary>What an election is held under.</summary>
/// <param name="Seats">How many are elected.</param>
/// <param name="PerRegionMax">Of one region, while other regions can fill the seats.</param>
public readonly record struct ElectionRules(int Seats, int PerRegionMax)
{
    /// <summary>Largest deviation of a candidate's weight in percent, either way.</summary>
    public const int JitterPercent = 20;

    /// <summary>The weight of a candidate whose region has nobody yet is multiplied by this; once it has one, by 1. (Twofold against half.)</summary>
    public const int FreshRegionFactor = 4;

    /// <summary>Backing is weighed in thousandths of an NSN: 10^15 base units.</summary>
    public static UInt128 BackingUnit { get; } = Ledger.Units.MilliNsn;

    /// <summary>Reputation above this weighs no more.</summary>
    public const ulong ReputationMax = 10_000_000_000_000;
}
