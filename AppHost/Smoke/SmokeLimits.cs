namespace Nsn.AppHost.Smoke;

/// <summary>How long a smoke test waits for what.</summary>
internal sealed record SmokeLimits
{
    /// <summary>From the connection of the viewer to its first verified chunk: on a machine that is busy, the first slots have no certificate.</summary>
    public TimeSpan FirstChunk { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>From the submission of the prompt to its certificate.</summary>
    public TimeSpan Certified { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>From there to the whole clip.</summary>
    public TimeSpan Received { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Between two looks.</summary>
    public TimeSpan Poll { get; init; } = TimeSpan.FromMilliseconds(250);
}
