#pragma warning disable CA1822
using Nsn.WebRtc.Rtp;

namespace Nsn.WebRtc.Sessions;

/// <content>Receiving media.</content>
public sealed partial class WebRtcSession
{
    private bool HandleRtp(ReadOnlySpan<byte> packet, in RtpHeader header, ulong index, TimeSpan now) => Drop("no track");

    private void HandleSenderReport(ReadOnlySpan<byte> body, TimeSpan now)
    {
    }

    private void WriteReceiverReports(ref RtcpWriter writer, TimeSpan now)
    {
    }

    private TimeSpan IncomingDeadline() => TimeSpan.MaxValue;

    private void HandleIncomingTimeout(TimeSpan now)
    {
    }
}
