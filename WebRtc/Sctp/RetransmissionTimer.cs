using Nsn.WebRtc.Congestion;

namespace Nsn.WebRtc.Sctp;

/// <summary>Round-trip estimate and retransmission time-out (RFC 9260 section 6.3.1: SRTT, RTTVAR, doubling).</summary>
internal sealed class RetransmissionTimer(SctpOptions options)
{
    private RoundTrip _roundTrip;

    /// <summary>Smoothed round-trip time; zero before the first sample.</summary>
    public TimeSpan Smoothed => _roundTrip.IsKnown ? _roundTrip.Usual : TimeSpan.Zero;

    /// <summary>The time-out to use now.</summary>
    public TimeSpan Timeout { get; private set; } = options.RtoInitial;

    /// <summary>A round trip was measured on a chunk that was sent once (Karn's rule).</summary>
    public void OnSample(TimeSpan roundTrip)
    {
        if (roundTrip < TimeSpan.Zero)
            return;
        _roundTrip.Note(roundTrip);
        Timeout = Clamp(_roundTrip.Most);
    }

    /// <summary>The timer expired: wait twice as long next time.</summary>
    public void BackOff() => Timeout = Clamp(Timeout * 2);

    private TimeSpan Clamp(TimeSpan value) => value < options.RtoMin ? options.RtoMin : value > options.RtoMax ? options.RtoMax : value;
}
