namespace Nsn.Engine.PostgreSql.Streams;

/// <summary>Settings of a durable stream provider.</summary>
public sealed class DurableStreamOptions
{
    public string ConnectionString { get; set; } = "";

    /// <summary>How long items that every subscriber has are kept for those who resume from a token.</summary>
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(1);
}
