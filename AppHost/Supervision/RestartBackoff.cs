namespace Nsn.AppHost.Supervision;

/// <summary>How long to wait before a crashed process is started again: 1 s, doubled up to 30 s; from the beginning after it ran well for a minute.</summary>
public sealed class RestartBackoff
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RanWell = TimeSpan.FromMinutes(1);
    private TimeSpan _next = First;

    /// <summary>The pause after a crash of a process that had run for <paramref name="ran"/>.</summary>
    public TimeSpan OnCrash(TimeSpan ran)
    {
        if (ran >= RanWell)
            _next = First;
        TimeSpan pause = _next;
        _next = _next * 2 < Longest ? _next * 2 : Longest;
        return pause;
    }

    /// <summary>Somebody started it by hand.</summary>
    public void Reset() => _next = First;
}
