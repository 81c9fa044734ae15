using Nsn.WebRtc.Media;
using Nsn.WebRtc.Network;
using Nsn.WebRtc.Sessions;
using Nsn.WebRtc.Transport;

namespace Nsn.WebRtc.Tests;

/// <summary>A publisher or viewer of a <see cref="VirtualStudio"/>, and the gateway's side of its session.</summary>
internal sealed class VirtualPeer(WebRtcSession session, WebRtcConnection connection, TransportAddress address)
{
    public WebRtcSession Session => session;

    public WebRtcConnection Connection => connection;

    public TransportAddress Address => address;

    public TimeSpan Deadline { get; set; }

    /// <summary>Fraction lost, both ways.</summary>
    public double Loss { get; set; }

    public TimeSpan Delay { get; set; } = TimeSpan.FromMilliseconds(5);

    public TimeSpan Jitter { get; set; }

    /// <summary>What the link to the peer carries, bits per second; 0 for any rate. Up to 300 ms of it wait in a queue, what comes then is lost.</summary>
    public long LinkBitsPerSecond { get; set; }

    /// <summary>When the link has sent what waits.</summary>
    public TimeSpan LinkFreeAt { get; set; }

    /// <summary>What came, and when.</summary>
    public List<(ReceivedFrame Frame, TimeSpan At)> Frames { get; } = [];

    public IEnumerable<ReceivedFrame> Video => Frames.Select(item => item.Frame).Where(frame => frame.Codec.IsVideo());

    public IEnumerable<ReceivedFrame> Sound => Frames.Select(item => item.Frame).Where(frame => !frame.Codec.IsVideo());

    /// <summary>How often the gateway asked for a key frame.</summary>
    public int KeyFrameRequests { get; private set; }

    /// <summary>Called when it does.</summary>
    public Action? OnKeyFrameRequested { get; set; }

    public void Note(SessionEvent sessionEvent, TimeSpan now)
    {
        switch (sessionEvent)
        {
            case FrameReceived received:
                Frames.Add((received.Frame, now));
                break;
            case KeyFrameRequested { IsForLeftOutFrames: false }:
                KeyFrameRequests++;
                OnKeyFrameRequested?.Invoke();
                break;
        }
    }
}
