namespace Nsn.WebRtc.Transport;

/// <summary>A monotonic time that starts at zero, with the wall clock's time of that zero.</summary>
internal sealed class MonotonicClock(TimeProvider timeProvider)
{
    private readonly long _start = timeProvider.GetTimestamp();

    public DateTimeOffset Epoch { get; } = timeProvider.GetUtcNow();

    public TimeSpan Now => timeProvider.GetElapsedTime(_start);
}
