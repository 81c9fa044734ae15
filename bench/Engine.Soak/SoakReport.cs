using Nsn.Engine.PostgreSql;

namespace Nsn.Engine.Soak;

/// <summary>What was counted.</summary>
public sealed record SoakReport
{
    /// <summary>Why the run ended early; the figures are those until then. Null when it did everything.</summary>
    public string? Failure { get; init; }

    public int Kills { get; init; }
    public int Pauses { get; init; }
    public int Changes { get; init; }
    public long Acknowledged { get; init; }
    public long Failed { get; init; }

    /// <summary>Acknowledged writes that were not there afterwards.</summary>
    public long Lost { get; init; }

    /// <summary>Effects of two activations with one token.</summary>
    public long Overlaps { get; init; }

    /// <summary>Effects with an old token, refused by the witness.</summary>
    public long StaleRefused { get; init; }

    /// <summary>State writes of an activation whose grain had a later one.</summary>
    public long StaleWrites { get; init; }

    /// <summary>Silos that were paused until they had been declared dead, and joined again as new incarnations.</summary>
    public int Rejoined { get; init; }

    public int Outages { get; init; }

    /// <summary>Calls without the database that were answered while PostgreSQL was away.</summary>
    public long AnsweredInOutages { get; init; }

    /// <summary>Silos that lost their lease while PostgreSQL was away, and joined again by themselves.</summary>
    public int RejoinedAfterOutages { get; init; }

    public long Ticks { get; init; }
    public long DoubleTicks { get; init; }

    /// <summary>The most ticks in a row of one reminder that two silos fired; more than one means that it had two owners for longer than a change of owners takes.</summary>
    public long DoubleTicksInARow { get; init; }

    /// <summary>From a kill until the last grain of the killed silo answered again, in seconds.</summary>
    public double RecoveryMedianSeconds { get; init; }
    public double RecoveryMaxSeconds { get; init; }

    /// <summary>What the engine promises and did not keep, in words; empty when all is well.</summary>
    public IEnumerable<string> Broken(SoakOptions options)
    {
        if (Failure is not null)
            yield return Failure;
        if (Lost > 0)
            yield return $"{Lost} acknowledged writes are lost";
        if (Overlaps > 0)
            yield return $"{Overlaps} effects of two activations at once";
        if (DoubleTicksInARow > 1)
            yield return $"a reminder had two owners for {DoubleTicksInARow} ticks";
        if (Outages > 0 && options.Outage < PostgreSqlJudge.Lease && AnsweredInOutages == 0)
            yield return $"no call was answered in {Outages} outages of {options.Outage.TotalSeconds:0} s, though leases are longer";
    }
}
