namespace Nsn.WebRtc.Media;

/// <summary>
/// What each encoding of a simulcast takes, bits per second over the last seconds, with what packets add, and which of them is the larger one: publishers name their
/// encodings in any order.
/// </summary>
internal sealed class EncodingRates
{
    private const double PacketOverhead = 1.06;
    private const double PeakDecay = 0.99;
    private const double ClearlyMore = 1.25;
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(1);

    private readonly long[] _bytes = new long[Transport.MediaSource.EncodingsMax];
    private readonly long[] _rates = new long[Transport.MediaSource.EncodingsMax];
    private readonly double[] _peaks = new double[Transport.MediaSource.EncodingsMax];
    private readonly int[] _order = [.. Enumerable.Range(0, Transport.MediaSource.EncodingsMax)];
    private TimeSpan _windowStart;
    private int _seen;
    private bool _started;

    /// <summary>Bits per second, 0 for an encoding that is not being sent.</summary>
    public ReadOnlySpan<long> Values => _rates;

    /// <summary>The numbers of the encodings, the smallest first.</summary>
    public ReadOnlySpan<int> Order => _order;

    /// <summary>True if there ever was something to choose from: a viewer may be at an encoding that is not being sent any more.</summary>
    public bool HasChoice => (_seen & ~1) != 0;

    /// <summary>The smallest encoding that is being sent; null before that is known.</summary>
    public int? Smallest
    {
        get
        {
            foreach (int encoding in _order)
            {
                if (_rates[encoding] > 0)
                {
                    return encoding;
                }
            }

            return null;
        }
    }

    public void Note(int encoding, int bytes, TimeSpan now)
    {
        if (!_started)
        {
            _started = true;
            _windowStart = now;
        }

        TimeSpan elapsed = now - _windowStart;
        if (elapsed >= Window)
        {
            // After a pause of the whole stream the next window tells more.
            if (elapsed < 3 * Window)
            {
                EndWindow(elapsed);
            }

            Array.Clear(_bytes);
            _windowStart = now;
        }

        _bytes[encoding] += bytes;
        _seen |= 1 << encoding;
    }

    /// <summary>Another publisher: what was measured says nothing any more.</summary>
    public void Restart()
    {
        Array.Clear(_bytes);
        Array.Clear(_rates);
        Array.Clear(_peaks);
        _started = false;
    }

    private void EndWindow(TimeSpan elapsed)
    {
        for (int i = 0; i < _rates.Length; i++)
        {
            long rate = (long)(_bytes[i] * 8 * PacketOverhead / elapsed.TotalSeconds);
            _rates[i] = _rates[i] == 0 || rate == 0 ? rate : (_rates[i] + rate) / 2;

            // Still pictures take next to nothing in any size, so the order follows what each encoding once took.
            _peaks[i] = Math.Max(rate, _peaks[i] * PeakDecay);
        }

        for (int sorted = 1; sorted < _order.Length; sorted++)
        {
            for (int i = sorted; i > 0 && _peaks[_order[i - 1]] > _peaks[_order[i]] * ClearlyMore; i--)
            {
                (_order[i - 1], _order[i]) = (_order[i], _order[i - 1]);
            }
        }
    }
}
