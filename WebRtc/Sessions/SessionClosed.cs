namespace Nsn.WebRtc.Sessions;

/// <summary>The session is over.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Details">A sentence for the log.</param>
public sealed record SessionClosed(CloseReason Reason, string Details) : SessionEvent
{
    /// <summary>What was thrown, where <see cref="CloseReason.Failed"/> is the reason.</summary>
    public Exception? Exception { get; init; }
}
