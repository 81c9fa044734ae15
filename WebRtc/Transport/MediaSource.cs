using Nsn.WebRtc.Media;
using Nsn.WebRtc.Sessions;

namespace Nsn.WebRtc.Transport;

/// <summary>
/// A live stream and its viewers. A frame is packetised once and goes to all; a viewer that joins, or whose decoder lost track, gets the present group of
/// pictures at once. Thread-safe.
/// </summary>
public sealed class MediaSource
{
    /// <summary>Most encodings of a simulcast.</summary>
    public const int EncodingsMax = 4;

    private static readonly TimeSpan KeyFrameRequestInterval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan ChoiceInterval = TimeSpan.FromMilliseconds(200);

    /// <summary>A join that has to run through more than this is better off with a new key frame.</summary>
    private static readonly TimeSpan BacklogMax = TimeSpan.FromSeconds(2);

    private readonly IConnectionHost _server;
    private readonly Lock _lock = new();
    private readonly MediaTimeline _timeline = new();
    private readonly EncodingTimeline _encodings = new(MediaCodec.Vp8.ClockRate());
    private readonly EncodingTimeline _sound = new(MediaCodec.Opus.ClockRate());
    private readonly EncodingRates _rates = new();
    private readonly MediaFramePool _frames = new();
    private readonly GroupOfPictures[] _groups = [.. Enumerable.Range(0, EncodingsMax).Select(_ => new GroupOfPictures())];
    private WebRtcConnection[] _viewers = [];
    private WebRtcConnection? _publisher;
    private TimeSpan _lastKeyFrameRequest = TimeSpan.MinValue;
    private TimeSpan _nextChoice;

    /// <summary>Makes a source without viewers.</summary>
    /// <param name="server">Whose sessions may watch it.</param>
    /// <param name="name">For logs and metrics.</param>
    /// <param name="videoCodec">The video codec.</param>
    public MediaSource(WebRtcServer server, string name, MediaCodec videoCodec = MediaCodec.Vp8)
        : this((IConnectionHost)server, name, videoCodec)
    {
    }

    internal MediaSource(IConnectionHost server, string name, MediaCodec videoCodec = MediaCodec.Vp8)
    {
        _server = server;
        Name = name;
        VideoCodec = videoCodec;
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>The video codec.</summary>
    public MediaCodec VideoCodec { get; }

    /// <summary>How many viewers are connected or connecting.</summary>
    public int ViewerCount => Volatile.Read(ref _viewers).Length;

    /// <summary>The viewers.</summary>
    public IReadOnlyList<WebRtcConnection> Viewers => Volatile.Read(ref _viewers);

    /// <summary>Who publishes it by WHIP now; null if nobody does.</summary>
    public WebRtcConnection? Publisher => Volatile.Read(ref _publisher) is { State: not SessionState.Closed } publisher ? publisher : null;

    /// <summary>Raised when viewers need a key frame, at most twice a second for all together; an encoder that can make one now should.</summary>
    public event Action<MediaSource>? KeyFrameRequested;

    /// <summary>Sends a video frame to all viewers.</summary>
    /// <param name="frame">The encoded frame.</param>
    /// <param name="timestamp">90 kHz; zero is the same moment as zero of the audio.</param>
    /// <param name="isKeyFrame">True if decoding can start here.</param>
    /// <param name="encoding">Which encoding of a simulcast; which of them is the larger one shows in what they take.</param>
    public void SendVideo(ReadOnlySpan<byte> frame, uint timestamp, bool isKeyFrame, int encoding = 0)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)encoding, (uint)EncodingsMax, nameof(encoding));
        Send(VideoCodec, frame, timestamp, isKeyFrame, encoding);
    }

    /// <summary>Sends an Opus packet to all viewers.</summary>
    /// <param name="packet">One packet, usually 20 ms.</param>
    /// <param name="timestamp">48 kHz; zero is the same moment as zero of the video.</param>
    public void SendAudio(ReadOnlySpan<byte> packet, uint timestamp) => Send(MediaCodec.Opus, packet, timestamp, isKeyFrame: true, encoding: 0);

    /// <summary>
    /// Passes on a frame of a publisher's. Its tracks have time lines of their own, so each is put on the server's by <see cref="ReceivedFrame.CaptureTime"/>.
    /// </summary>
    public void Send(ReceivedFrame frame)
    {
        if (frame.Codec.IsVideo() && frame.Codec != VideoCodec)
        {
            return;
        }

        int encoding = Math.Min(frame.Encoding, EncodingsMax - 1);
        uint timestamp;
        lock (_lock)
        {
            timestamp = (frame.Codec.IsVideo() ? _encodings : _sound).Map(encoding, frame.Timestamp, frame.CaptureTime);
        }

        Send(frame.Codec, frame.Data.Span, timestamp, frame.IsKeyFrame, encoding, frame.CaptureTime);
    }

    /// <summary>Adds a viewer; it gets the present picture as soon as it is connected, and is removed when its session closes.</summary>
    public void Add(WebRtcConnection viewer)
    {
        lock (_lock)
        {
            _viewers = [.. _viewers, viewer];
        }

        viewer.Event += OnEvent;
        if (viewer.State == SessionState.Connected)
        {
            Join(viewer);
        }
        else if (viewer.State == SessionState.Closed)
        {
            Remove(viewer);
        }
    }

    /// <summary>Removes a viewer; its session stays.</summary>
    public void Remove(WebRtcConnection viewer)
    {
        viewer.Event -= OnEvent;
        lock (_lock)
        {
            _viewers = [.. _viewers.Where(other => other != viewer)];
        }
    }

    /// <summary>Makes a session the publisher; false if there is another one that lives.</summary>
    /// <param name="publisher">The session.</param>
    /// <param name="replace">True to take the place of the other one.</param>
    /// <param name="replaced">Whose place it took; to be closed.</param>
    internal bool TryPublish(WebRtcConnection publisher, bool replace, out WebRtcConnection? replaced)
    {
        lock (_lock)
        {
            replaced = Publisher;
            if (replaced is not null && !replace)
            {
                return false;
            }

            Volatile.Write(ref _publisher, publisher);
            _encodings.Restart();
            _sound.Restart();
            _rates.Restart();
            return true;
        }
    }

    /// <summary>True for the publisher whose frames count.</summary>
    internal bool IsPublisher(WebRtcConnection publisher) => Volatile.Read(ref _publisher) == publisher;

    /// <summary>A publisher is gone; nothing happens if another one took its place.</summary>
    internal void EndPublish(WebRtcConnection publisher) => Interlocked.CompareExchange(ref _publisher, null, publisher);

    private void Send(MediaCodec codec, ReadOnlySpan<byte> data, uint timestamp, bool isKeyFrame, int encoding, TimeSpan? capturedAt = null)
    {
        MediaFrame frame;
        WebRtcConnection[] viewers;
        bool isChoiceDue = false;
        lock (_lock)
        {
            TimeSpan now = _server.Now;
            TimeSpan captureTime = capturedAt ?? _timeline.Map(codec.ClockRate(), timestamp, now);
            frame = _frames.Rent(codec, data, timestamp, isKeyFrame, encoding, captureTime);
            if (codec.IsVideo())
            {
                _groups[encoding].Add(frame);
                _rates.Note(encoding, frame.Length, now);
                isChoiceDue = _rates.HasChoice && now >= _nextChoice;
                _nextChoice = isChoiceDue ? now + ChoiceInterval : _nextChoice;
            }

            viewers = _viewers;
        }

        SendBatch batch = _server.Batch;
        batch.Hold();
        try
        {
            foreach (WebRtcConnection viewer in viewers)
            {
                viewer.SendFrame(frame);
            }
        }
        finally
        {
            batch.Release();
            frame.Release();
        }

        if (isChoiceDue)
        {
            ChooseEncodings(viewers);
        }
    }

    private void ChooseEncodings(WebRtcConnection[] viewers)
    {
        long[] rates;
        int[] order;
        lock (_lock)
        {
            rates = [.. _rates.Values];
            order = [.. _rates.Order];
        }

        Func<WebRtcSession, TimeSpan, bool> choose = (session, now) => session.ChooseEncodingInOrder(rates, order, now);
        bool anyWaits = false;
        foreach (WebRtcConnection viewer in viewers)
        {
            anyWaits |= viewer.Use(choose);
        }

        if (anyWaits)
        {
            RequestKeyFrame();
        }
    }

    private void OnEvent(WebRtcConnection viewer, SessionEvent sessionEvent)
    {
        switch (sessionEvent)
        {
            case SessionConnected:
                Join(viewer);
                break;
            case Sessions.KeyFrameRequested { IsForLeftOutFrames: true }:
                RequestKeyFrame();
                break;
            case Sessions.KeyFrameRequested:
                SendBacklog(viewer, isRecovery: true);
                RequestKeyFrame();
                break;
            case SessionClosed:
                Remove(viewer);
                break;
        }
    }

    private void Join(WebRtcConnection viewer)
    {
        if (viewer.VideoCodec == VideoCodec && !SendBacklog(viewer))
        {
            RequestKeyFrame();
        }
    }

    /// <returns>False if a new key frame would be better.</returns>
    private bool SendBacklog(WebRtcConnection viewer, bool isRecovery = false)
    {
        // The frame that comes next waits for this lock, so none is lost between the backlog and the live frames.
        lock (_lock)
        {
            int? start = _rates.HasChoice ? _rates.Smallest : null;
            return viewer.Use((session, now) =>
            {
                if (start is { } encoding)
                {
                    session.StartAt(encoding);
                }

                GroupOfPictures group = _groups[Math.Clamp(session.TargetEncoding, 0, EncodingsMax - 1)];
                return (isRecovery ? session.SendRecovery(group.Frames, now) : session.SendBacklog(group.Frames)) && group.Length <= BacklogMax;
            });
        }
    }

    private void RequestKeyFrame()
    {
        lock (_lock)
        {
            TimeSpan now = _server.Now;
            if (_lastKeyFrameRequest != TimeSpan.MinValue && now - _lastKeyFrameRequest < KeyFrameRequestInterval)
            {
                return;
            }

            _lastKeyFrameRequest = now;
        }

        KeyFrameRequested?.Invoke(this);
    }
}
