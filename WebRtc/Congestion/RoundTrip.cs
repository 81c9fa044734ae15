namespace Nsn.WebRtc.Congestion;

/// <summary>The round trip and how much it varies (RFC 6298, section 2), from what reports tell.</summary>
internal struct RoundTrip
{
    private static readonly TimeSpan Default = TimeSpan.FromMilliseconds(50);

    private TimeSpan _smoothed;
    private TimeSpan _variation;
    private bool _isKnown;

    /// <summary>What it usually takes; 50 ms before the first report.</summary>
    public readonly TimeSpan Usual => _isKnown ? _smoothed : Default;

    /// <summary>What it hardly ever exceeds.</summary>
    public readonly TimeSpan Most => _isKnown ? _smoothed + (4 * _variation) : 2 * Default;

    /// <summary>Takes a measurement.</summary>
    public void Note(TimeSpan measured)
    {
        if (_isKnown)
        {
            _variation = (_variation * 0.75) + ((_smoothed - measured).Duration() * 0.25);
            _smoothed = (_smoothed * 0.875) + (measured * 0.125);
            return;
        }

        (_smoothed, _variation, _isKnown) = (measured, measured / 2, true);
    }
}
