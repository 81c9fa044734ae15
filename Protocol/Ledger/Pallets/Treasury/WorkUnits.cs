using Nsn.Protocol.Ledger.Codecs;

namespace Nsn.Protocol.Ledger.Pallets.Treasury;

/// <summary>Work of one account in a day, or of all.</summary>
/// <param name="DirectorSlots">Results signed.</param>
/// <param name="ValidatorVotes">Votes that agreed with the outcome.</param>
/// <param name="PinnerAudits">Audits answered.</param>
public readonly record struct WorkUnits(ulong DirectorSlots, ulong ValidatorVotes, ulong PinnerAudits)
{
    /// <summary>The bytes of work units.</summary>
    public static Codec<WorkUnits> Codec { get; } = Codecs.Codec.Record<WorkUnits>("WorkUnits")
        .With("director_slots", Codecs.Codec.U64, static w => w.DirectorSlots)
        .With("validator_votes", Codecs.Codec.U64, static w => w.ValidatorVotes)
        .With("pinner_audits", Codecs.Codec.U64, static w => w.PinnerAudits)
        .Build(static (slots, votes, audits) => new(slots, votes, audits));

    /// <summary>One more of a kind.</summary>
    public WorkUnits Plus(WorkKind kind) => kind switch
    {
        WorkKind.DirectorSlot => this with { DirectorSlots = DirectorSlots + 1 },
        WorkKind.ValidatorVote => this with { ValidatorVotes = ValidatorVotes + 1 },
        WorkKind.PinnerAudit => this with { PinnerAudits = PinnerAudits + 1 },
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}
