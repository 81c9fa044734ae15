namespace Nsn.Engine.PostgreSql.Streams;

/// <summary>Settings of a durable stream provider.</summary>
public sealed class DurableStreamOptions
{
    public string ConnectionString { get; set; } = "";

    /// <summary>How long items that every subscriber has are kept for those who resume from a token.</summary>
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(1);

    /// <summary>
    /// How long a process that subscribed and cannot be reached is waited for, since something was to be delivered to it. After that its subscription ends and holds back no items any
    /// more: a client that was started again is another process.
    /// </summary>
    public TimeSpan AbsenceMax { get; set; } = TimeSpan.FromMinutes(10);
}
