using Nsn.Protocol.Ledger.Codecs;

namespace Nsn.Protocol.Ledger.Pallets.Treasury;

/// <summary>What a day pays, fixed at its end.</summary>
/// <param name="Emission">All of it, the treasury's part included.</param>
/// <param name="Work">The work of everybody.</param>
public readonly record struct DayRecord(UInt128 Emission, WorkUnits Work)
{
    /// <summary>The bytes of a day.</summary>
    public static Codec<DayRecord> Codec { get; } = Codecs.Codec.Record<DayRecord>("DayRecord")
        .With("emission", Codecs.Codec.U128, static d => d.Emission)
        .With("work", WorkUnits.Codec, static d => d.Work)
        .Build(static (emission, work) => new(emission, work));

    /// <summary>What an account's work of that day is worth: its share of 40 % for directors, 25 % for validators, 20 % for pinners, each rounded down.</summary>
    public UInt128 RewardFor(WorkUnits work) =>
        Part(40, work.DirectorSlots, Work.DirectorSlots) + Part(25, work.ValidatorVotes, Work.ValidatorVotes) + Part(20, work.PinnerAudits, Work.PinnerAudits);

    private UInt128 Part(uint percent, ulong units, ulong all) => all == 0 ? 0 : Units.Share(Emission * percent / 100, units, all);
}
