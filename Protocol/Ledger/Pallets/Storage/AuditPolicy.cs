using Nsn.Protocol.Elections;

namespace Nsn.Protocol.Ledger.Pallets.Storage;

/// <summary>How often pinners are audited.</summary>
public static class AuditPolicy
{
    /// <summary>
    /// Chance in an hour, in millionths: the base chance divided by √(stake / 50 NSN), never below a quarter of it or above twice it.
    /// </summary>
    public static ulong ChancePerHour(LedgerParameters parameters, UInt128 stake)
    {
        ulong basic = parameters.AuditChancePerHourMillionths;

        // √(stake / 50 NSN) in thousandths; stake is at most 1,000 NSN, so this fits easily.
        var thousandths = IntegerSquareRoot.Of((ulong)UInt128.Min(stake * 1_000_000 / parameters.SuperNodeStake, ulong.MaxValue));
        return thousandths == 0 ? basic * 2 : Math.Clamp(basic * 1000 / thousandths, basic / 4, basic * 2);
    }

    /// <summary>The same for one payment interval.</summary>
    public static ulong ChancePerInterval(LedgerParameters parameters, UInt128 stake) =>
        Math.Min(1_000_000, ChancePerHour(parameters, stake) * parameters.DealIntervalBlocks / parameters.BlocksPerHour);
}
