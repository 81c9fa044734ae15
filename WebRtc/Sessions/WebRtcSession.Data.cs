#pragma warning disable CA1822
namespace Nsn.WebRtc.Sessions;

/// <content>Data channels.</content>
public sealed partial class WebRtcSession
{
    private void StartData(TimeSpan now)
    {
    }

    private void HandleDataMessage(ReadOnlySpan<byte> message, TimeSpan now)
    {
    }

    private void PumpData(TimeSpan now)
    {
    }

    private void HandleDataTimeout(TimeSpan now)
    {
    }

    private TimeSpan DataDeadline() => TimeSpan.MaxValue;

    private void CloseData(TimeSpan now)
    {
    }
}
