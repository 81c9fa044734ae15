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

    private readonly WebRtcServer _server;
    private readonly Lock _lock = new();
    private readonly MediaTimeline _timeline = new();
    private readonly EncodingTimeline _encodings = new();
    private readonly EncodingRates _rates = new();
    private readonly MediaFramePool _frames = new();
    private readonly GroupOfPictures[] _groups = [.. Enumerable.Range(0, EncodingsMax).Select(_ => new GroupOfPictures())];
    private WebRtcConnection[] _viewers = [];
    private TimeSpan _lastKeyFrameRequest = TimeSpan.MinValue;
    private TimeSpan _nextChoice;

    /// <summary>Makes a source without viewers.</summary>
    /// <param name="server">Whose sessions may watch it.</param>
    /// <param name="name">For logs and metrics.</param>
    /// <param name="videoCodec">The video codec.</param>
    public MediaSource(WebRtcServer server, string name, MediaCodec videoCodec = MediaCodec.Vp8)
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

    /// <summary>Raised when viewers need a key frame, at most twice a second for all together; an encoder that can make one now should.</summary>
    public event Action<MediaSource>? KeyFrameRequested;

    /// <summary>Sends a video frame to all viewers.</summary>
    /// <param name="frame">The encoded frame.</param>
    /// <param name="timestamp">90 kHz; zero is the same moment as zero of the audio.</param>
    /// <param name="isKeyFrame">True if decoding can start here.</param>
    /// <param name="encoding">Which encoding of a simulcast, 0 the smallest.</param>
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
    /// Passes on a frame of a publisher's. Its tracks have time lines of their own, so each is put on the server's by when it came.
    /// </summary>
    public void Send(ReceivedFrame frame)
    {
        if (frame.Codec.IsVideo() && frame.Codec != VideoCodec)
        {
            return;
        }

        int encoding = Math.Min(frame.Encoding, EncodingsMax - 1);
        uint timestamp = frame.Timestamp;
        if (frame.Codec.IsVideo())
        {
            lock (_lock)
            {
                timestamp = _encodings.Map(encoding, timestamp, frame.ReceivedAt);
            }
        }

        Send(frame.Codec, frame.Data.Span, timestamp, frame.IsKeyFrame, encoding, frame.ReceivedAt);
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
            SendBacklog(viewer);
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

    private void Send(MediaCodec codec, ReadOnlySpan<byte> data, uint timestamp, bool isKeyFrame, int encoding, TimeSpan? receivedAt = null)
    {
        MediaFrame frame;
        WebRtcConnection[] viewers;
        bool isChoiceDue = false;
        lock (_lock)
        {
            TimeSpan now = _server.Now;
            TimeSpan captureTime = receivedAt ?? _timeline.Map(codec.ClockRate(), timestamp, now);
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

        SendBatch batch = ((IConnectionHost)_server).Batch;
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
        Span<long> rates = stackalloc long[EncodingsMax];
        lock (_lock)
        {
            _rates.Values.CopyTo(rates);
        }

        bool anyChanged = false;
        foreach (WebRtcConnection viewer in viewers)
        {
            anyChanged |= viewer.ChooseEncoding(rates);
        }

        if (anyChanged)
        {
            RequestKeyFrame();
        }
    }

    private void OnEvent(WebRtcConnection viewer, SessionEvent sessionEvent)
    {
        switch (sessionEvent)
        {
            case SessionConnected:
                SendBacklog(viewer);
                break;
            case Sessions.KeyFrameRequested:
                SendBacklog(viewer);
                RequestKeyFrame();
                break;
            case SessionClosed:
                Remove(viewer);
                break;
        }
    }

    private void SendBacklog(WebRtcConnection viewer)
    {
        // The frame that comes next waits for this lock, so none is lost between the backlog and the live frames.
        lock (_lock)
        {
            int encoding = viewer.Use((session, _) => session.TargetEncoding);
            viewer.SendBacklog(_groups[encoding].Frames);
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
