namespace Nsn.WebRtc.Congestion;

/// <summary>The round trip and how much it varies (RFC 6298 section 2, RFC 9260 section 6.3.1), from measurements.</summary>
internal struct RoundTrip
{
    private static readonly TimeSpan Default = TimeSpan.FromMilliseconds(50);

    private TimeSpan _smoothed;
    private TimeSpan _variation;

    /// <summary>Whether it was measured.</summary>
    public bool IsKnown { get; private set; }

    /// <summary>What it usually takes; 50 ms before the first measurement.</summary>
    public readonly TimeSpan Usual => IsKnown ? _smoothed : Default;

    /// <summary>What it hardly ever exceeds.</summary>
    public readonly TimeSpan Most => IsKnown ? _smoothed + (4 * _variation) : 2 * Default;

    /// <summary>Takes a measurement.</summary>
    public void Note(TimeSpan measured)
    {
        if (IsKnown)
        {
            _variation = ((_variation * 3) + (_smoothed - measured).Duration()) / 4;
            _smoothed = ((_smoothed * 7) + measured) / 8;
            return;
        }

        (_smoothed, _variation, IsKnown) = (measured, measured / 2, true);
    }
}
