namespace Nsn.WebRtc.Sctp.Tests;

/// <summary>How many bytes may be in flight (RFC 9260 section 7.2).</summary>
public class CongestionTests
{
    private const int Packet = 1160;

    [Fact]
    public void A_window_that_is_used_grows_by_what_was_acknowledged_and_after_a_loss_by_one_packet_a_round()
    {
        var window = new CongestionWindow(new SctpOptions());
        int start = window.Size;
        window.OnAcknowledged(1, Packet, flightBefore: start / 2);
        Assert.Equal(start, window.Size);
        window.OnAcknowledged(2, 3 * Packet, flightBefore: start);
        Assert.Equal(start + (3 * Packet), window.Size);

        int before = window.Size;
        window.OnFastRetransmit(highestOutstanding: 20);
        Assert.Equal(before / 2, window.Size);
        window.OnFastRetransmit(highestOutstanding: 25);
        window.OnAcknowledged(10, Packet, flightBefore: before);
        Assert.Equal((before / 2, true), (window.Size, window.InFastRecovery));
        window.OnAcknowledged(20, 0, flightBefore: before);
        Assert.False(window.InFastRecovery);

        // Above the threshold it takes a whole window for one packet.
        window.OnAcknowledged(21, Packet, flightBefore: window.Size);
        int reached = window.Size;
        window.OnAcknowledged(22, reached - (2 * Packet), flightBefore: reached);
        Assert.Equal(reached, window.Size);
        window.OnAcknowledged(23, 3 * Packet, flightBefore: reached);
        Assert.Equal(reached + Packet, window.Size);
    }
}
