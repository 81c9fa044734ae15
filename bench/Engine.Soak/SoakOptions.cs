namespace Nsn.Engine.Soak;

/// <summary>What is done to the cluster, in this order.</summary>
public sealed record SoakOptions
{
    public int Silos { get; init; } = 3;
    public int Counters { get; init; } = 60;

    /// <summary>How many silos are killed, one after another, each when every counter has gone on after the last.</summary>
    public int Kills { get; init; }

    /// <summary>How many silos are paused for longer than a lease and woken.</summary>
    public int Pauses { get; init; }

    /// <summary>How long a pause is.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How many times PostgreSQL is killed and started again, with the data it had.</summary>
    public int Outages { get; init; }

    /// <summary>How long PostgreSQL is away each time. For longer than a lease, every silo is waited for until it has joined again as another incarnation.</summary>
    public TimeSpan Outage { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How many silos leave in good order, each replaced by a new one.</summary>
    public int Changes { get; init; }

    /// <summary>How long a caller rests between calls.</summary>
    public TimeSpan Pace { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>How long every counter may take to go on after an event.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(240);
}
