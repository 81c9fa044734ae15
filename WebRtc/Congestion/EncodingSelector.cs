namespace Nsn.WebRtc.Congestion;

/// <summary>
/// Decides which encoding of a simulcast a viewer gets. Down as soon as the estimate is below what is being sent; up one step at a time, and only after a
/// probe has shown that the link carries the next encoding. A step up that had to be taken back doubles the wait before the next.
/// </summary>
internal sealed class EncodingSelector
{
    private const double Headroom = 1.2;
    private static readonly TimeSpan DownInterval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan ProofAge = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan TrialSpan = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan WaitMin = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(32);

    private TimeSpan _lastDown = TimeSpan.MinValue;
    private TimeSpan _lastUp = TimeSpan.MinValue;
    private TimeSpan _nextProbe = TimeSpan.MinValue;
    private TimeSpan _wait = WaitMin;

    /// <summary>Chooses.</summary>
    /// <param name="rates">What each encoding takes, bits per second, the smallest first; 0 for one that is not being sent.</param>
    /// <param name="current">The encoding that the viewer gets or is about to get.</param>
    /// <param name="estimate">What the link carries, bits per second.</param>
    /// <param name="proven">What the last successful probe showed, bits per second; 0 before the first.</param>
    /// <param name="provenAt">When.</param>
    /// <param name="now">The time.</param>
    /// <param name="probe">The rate to probe with now, bits per second; 0 for none.</param>
    public int Choose(ReadOnlySpan<long> rates, int current, long estimate, long proven, TimeSpan provenAt, TimeSpan now, out long probe)
    {
        probe = 0;
        if (current >= rates.Length || rates[current] == 0)
        {
            return FirstActive(rates, current);
        }

        if (estimate < rates[current] * 0.95)
        {
            return StepDown(rates, current, estimate, now);
        }

        if (_lastUp != TimeSpan.MinValue && now - _lastUp > TrialSpan)
        {
            _wait = WaitMin;
        }

        int next = current + 1;
        while (next < rates.Length && rates[next] == 0)
        {
            next++;
        }

        if (next >= rates.Length)
        {
            return current;
        }

        long needed = (long)(rates[next] * Headroom);
        if (proven >= needed && provenAt > now - ProofAge && estimate >= rates[next])
        {
            _lastUp = now;
            _nextProbe = now + _wait;
            return next;
        }

        if (now >= _nextProbe)
        {
            probe = (long)(needed * 1.1);
            _nextProbe = now + _wait;
            _wait = _wait * 2 < WaitMax ? _wait * 2 : WaitMax;
        }

        return current;
    }

    private int StepDown(ReadOnlySpan<long> rates, int current, long estimate, TimeSpan now)
    {
        if (_lastDown != TimeSpan.MinValue && now - _lastDown < DownInterval)
        {
            return current;
        }

        int lower = FirstActive(rates, current);
        for (int i = current - 1; i > lower; i--)
        {
            if (rates[i] > 0 && rates[i] <= estimate)
            {
                lower = i;
                break;
            }
        }

        if (lower < current)
        {
            bool failedTrial = _lastUp != TimeSpan.MinValue && now - _lastUp < TrialSpan;
            _wait = failedTrial && _wait * 2 < WaitMax ? _wait * 2 : _wait;
            _lastDown = now;
            _nextProbe = now + (_wait > DownInterval * 4 ? _wait : DownInterval * 4);
        }

        return lower;
    }

    private static int FirstActive(ReadOnlySpan<long> rates, int fallback)
    {
        for (int i = 0; i < rates.Length; i++)
        {
            if (rates[i] > 0)
            {
                return i;
            }
        }

        return fallback;
    }
}
