#pragma warning disable CA1822
namespace Nsn.WebRtc.Sessions;

/// <content>The bandwidth estimate.</content>
public sealed partial class WebRtcSession
{
    private void NoteSent(ushort transportSequence, int length, TimeSpan now)
    {
    }

    private void HandleTransportWide(ReadOnlySpan<byte> feedback, TimeSpan now)
    {
    }

    private void HandleRemb(ReadOnlySpan<byte> body, TimeSpan now)
    {
    }

    private void NoteLoss(double fractionLost, TimeSpan now)
    {
    }
}
