namespace Nsn.WebRtc.Media;

/// <summary>What each encoding of a simulcast takes, bits per second over the last seconds, with what packets add.</summary>
internal sealed class EncodingRates
{
    private const double PacketOverhead = 1.06;
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(1);

    private readonly long[] _bytes = new long[Transport.MediaSource.EncodingsMax];
    private readonly long[] _rates = new long[Transport.MediaSource.EncodingsMax];
    private TimeSpan _windowStart;
    private bool _started;

    /// <summary>Bits per second, 0 for an encoding that is not being sent.</summary>
    public ReadOnlySpan<long> Values => _rates;

    /// <summary>True if there is something to choose from.</summary>
    public bool HasChoice => _rates.AsSpan().Count(0L) < _rates.Length - 1;

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
            for (int i = 0; i < _rates.Length; i++)
            {
                long rate = (long)(_bytes[i] * 8 * PacketOverhead / elapsed.TotalSeconds);
                _rates[i] = _rates[i] == 0 || rate == 0 ? rate : (_rates[i] + rate) / 2;
            }

            Array.Clear(_bytes);
            _windowStart = now;
        }

        _bytes[encoding] += bytes;
    }
}
