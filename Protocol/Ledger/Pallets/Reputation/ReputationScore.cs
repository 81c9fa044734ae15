using Nsn.Protocol.Ledger.Codecs;

namespace Nsn.Protocol.Ledger.Pallets.Reputation;

/// <summary>What an account is known for. Each week takes a part of it, so that it says how the account is now.</summary>
/// <param name="Director">As director.</param>
/// <param name="Validator">As validator.</param>
/// <param name="Seeder">As keeper of shards and executor of tasks.</param>
/// <param name="LastActivity">The block of its last event.</param>
/// <param name="Week">The week up to which decay is taken off.</param>
public readonly record struct ReputationScore(ulong Director, ulong Validator, ulong Seeder, uint LastActivity, uint Week)
{
    /// <summary>The bytes of a score.</summary>
    public static Codec<ReputationScore> Codec { get; } = Codecs.Codec.Record<ReputationScore>("ReputationScore")
        .With("director_score", Codecs.Codec.U64, static s => s.Director)
        .With("validator_score", Codecs.Codec.U64, static s => s.Validator)
        .With("seeder_score", Codecs.Codec.U64, static s => s.Seeder)
        .With("last_activity", Codecs.Codec.U32, static s => s.LastActivity)
        .With("week", Codecs.Codec.U32, static s => s.Week)
        .Build(static (director, validator, seeder, last, week) => new(director, validator, seeder, last, week));

    /// <summary>⌊(50·director + 30·validator + 20·seeder) / 100⌋.</summary>
    public ulong Total => (ulong)(((UInt128)50 * Director + (UInt128)30 * Validator + (UInt128)20 * Seeder) / 100);

    /// <summary>
    /// The score at a block: for each week boundary since, every part becomes ⌊part·(100 − decay)/100⌋. Taking decay off in one step or in many gives the same,
    /// so neither reading nor small events change what is left.
    /// </summary>
    public ReputationScore SettledAt(uint block, LedgerParameters parameters)
    {
        var now = block / parameters.BlocksPerWeek;
        var (director, validator, seeder) = (Director, Validator, Seeder);
        var kept = 100 - parameters.DecayPercent;
        for (var week = Week; week < now && (director | validator | seeder) != 0; week++)
        {
            director = (ulong)((UInt128)director * kept / 100);
            validator = (ulong)((UInt128)validator * kept / 100);
            seeder = (ulong)((UInt128)seeder * kept / 100);
        }

        return new(director, validator, seeder, LastActivity, Math.Max(Week, now));
    }

    /// <summary>The score after an event; no part falls below zero or rises above what a number can hold.</summary>
    public ReputationScore After(ReputationEventKind kind, uint times, uint block) => kind switch
    {
        ReputationEventKind.DirectorSlotAccepted => this with { Director = Change(Director, 100, times), LastActivity = block },
        ReputationEventKind.DirectorSlotRejected => this with { Director = Change(Director, -200, times), LastActivity = block },
        ReputationEventKind.DirectorSlotMissed => this with { Director = Change(Director, -150, times), LastActivity = block },
        ReputationEventKind.ValidatorVoteCorrect => this with { Validator = Change(Validator, 5, times), LastActivity = block },
        ReputationEventKind.ValidatorVoteIncorrect => this with { Validator = Change(Validator, -10, times), LastActivity = block },
        ReputationEventKind.SeederChunkServed => this with { Seeder = Change(Seeder, 1, times), LastActivity = block },
        ReputationEventKind.PinningAuditPassed => this with { Seeder = Change(Seeder, 10, times), LastActivity = block },
        ReputationEventKind.PinningAuditFailed => this with { Seeder = Change(Seeder, -50, times), LastActivity = block },
        ReputationEventKind.TaskCompleted => this with { Seeder = Change(Seeder, 5, times), LastActivity = block },
        ReputationEventKind.TaskFailed => this with { Seeder = Change(Seeder, -10, times), LastActivity = block },
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    private static ulong Change(ulong score, int delta, uint times)
    {
        var change = (ulong)Math.Abs(delta) * times;
        return delta < 0 ? (score > change ? score - change : 0)
            : score <= ulong.MaxValue - change ? score + change : ulong.MaxValue;
    }
}
