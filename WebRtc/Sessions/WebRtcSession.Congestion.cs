using System.Buffers.Binary;
using Nsn.WebRtc.Congestion;

namespace Nsn.WebRtc.Sessions;

/// <content>The bandwidth estimate, and the pace that follows from it.</content>
public sealed partial class WebRtcSession
{
    private readonly TransportFeedbackReader _sentPackets = new();
    private readonly List<PacketResult> _results = [];
    private readonly BandwidthEstimator _bandwidth;

    /// <summary>What the way to the peer carries, bits per second, as far as feedback tells.</summary>
    public long EstimatedBitrate => _bandwidth.BitsPerSecond;

    private void NoteSent(ushort transportSequence, int length, TimeSpan now) => _sentPackets.NoteSent(transportSequence, length, now);

    private void HandleTransportWide(ReadOnlySpan<byte> feedback, TimeSpan now)
    {
        if (_sentPackets.TryRead(feedback, _results))
        {
            _bandwidth.OnFeedback(_results, now);
            _pacer.BitsPerSecond = PacingBitrate(_bandwidth.BitsPerSecond);
        }
    }

    // draft-alvestrand-rmcat-remb-03: "REMB", number of SSRCs, 6 bits exponent, 18 bits mantissa.
    private void HandleRemb(ReadOnlySpan<byte> body)
    {
        if (body.Length < 16 || BinaryPrimitives.ReadUInt32BigEndian(body[8..]) != 0x52454D42)
        {
            return;
        }

        uint word = BinaryPrimitives.ReadUInt32BigEndian(body[12..]);
        int exponent = (int)(word >> 18) & 0x3F;
        long mantissa = word & 0x3_FFFF;
        _bandwidth.OnRemb(exponent > 40 ? long.MaxValue / 4 : mantissa << exponent);
    }

    private void NoteLoss(double fractionLost) => _bandwidth.OnLoss(fractionLost);
}
