using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Codecs;

namespace Nsn.Protocol.Elections;

/// <summary>How one seat was filled.</summary>
/// <param name="Director">Who was drawn.</param>
/// <param name="TotalWeight">The sum of the weights that could be drawn.</param>
/// <param name="Draw">The number drawn, below the sum.</param>
/// <param name="RegionCap">Seats that a region could have at that point.</param>
/// <param name="CooldownWaived">Whether those who rest had to be let in.</param>
public readonly record struct ElectionSeat(AccountId Director, UInt128 TotalWeight, UInt128 Draw, uint RegionCap, bool CooldownWaived)
{
    /// <summary>The bytes of a seat.</summary>
    public static Codec<ElectionSeat> Codec { get; } = Ledger.Codecs.Codec.Record<ElectionSeat>("ElectionSeat")
        .With("director", Ledger.Codecs.Codec.Account, static s => s.Director)
        .With("total_weight", Ledger.Codecs.Codec.U128, static s => s.TotalWeight)
        .With("draw", Ledger.Codecs.Codec.U128, static s => s.Draw)
        .With("region_cap", Ledger.Codecs.Codec.U32, static s => s.RegionCap)
        .With("cooldown_waived", Ledger.Codecs.Codec.Bool, static s => s.CooldownWaived)
        .Build(static (director, total, draw, cap, waived) => new(director, total, draw, cap, waived));
}
