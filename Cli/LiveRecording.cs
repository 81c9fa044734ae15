using System.Buffers.Binary;
using Nsn.Media;
using Nsn.WebRtc.Media;

namespace Nsn.Cli;

/// <summary>
/// What a viewer got, as a WebM file. Within a track the times are those of the sender's RTP timestamps to the millisecond, whatever the network did; sound and picture are
/// put together by the sender's clock. Thread-safe.
/// </summary>
internal sealed class LiveRecording(bool keepsFrames)
{
    /// <summary>Most bytes of frames; the file can then still be read by this program.</summary>
    public const long BytesMax = WebMClip.LengthMax - (16L << 20);

    private const long ClusterMillisecondsMax = 10_000;
    private const double VideoClock = 90_000;
    private const double SoundClock = 48_000;

    private readonly Lock _lock = new();
    private readonly Track _video = new(VideoClock);
    private readonly Track _sound = new(SoundClock);
    private readonly TaskCompletionSource _full = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isFinished;

    /// <summary>Completes when no more is kept.</summary>
    public Task Full => _full.Task;

    public int Frames => _video.Count;

    public int KeyFrames { get; private set; }

    public long VideoBytes => _video.Bytes;

    public int Packets => _sound.Count;

    public long SoundBytes => _sound.Bytes;

    public int Width { get; private set; }

    public int Height { get; private set; }

    /// <summary>When the first picture came, on the session's clock.</summary>
    public TimeSpan? FirstPictureAt { get; private set; }

    /// <summary>The longest time without a new picture.</summary>
    public TimeSpan LongestPause { get; private set; }

    /// <summary>Takes no more, so that file and figures are of the same frames.</summary>
    public void Finish()
    {
        lock (_lock)
            _isFinished = true;
    }

    public void Note(ReceivedFrame frame)
    {
        lock (_lock)
        {
            if (_isFinished || Full.IsCompleted)
                return;
            if (frame.Codec.IsVideo())
                NotePicture(frame);
            (frame.Codec.IsVideo() ? _video : _sound).Add(frame, keepsFrames);
            if (keepsFrames && _video.Bytes + _sound.Bytes > BytesMax)
                _full.TrySetResult();
        }
    }

    /// <summary>The file.</summary>
    public byte[] ToWebM()
    {
        lock (_lock)
        {
            var pictures = _video.Frames(_video.Offset);
            var sound = _sound.Frames(_sound.Count > 0 ? _sound.Offset : 0);
            var zero = pictures.Concat(sound).Select(frame => frame.TimestampMilliseconds).DefaultIfEmpty().Min();
            pictures = Shift(pictures, zero);
            sound = Shift(sound, zero);
            var last = pictures.Concat(sound).Select(frame => frame.TimestampMilliseconds).DefaultIfEmpty().Max();
            var tracks = new WebMTracks { Codec = VideoCodec.Vp8, Width = Width, Height = Height, FramesPerSecond = 0, OpusHead = OpusHead() };
            var starts = ClusterStarts(pictures, last);
            return WebMWriter.WriteFile(
                tracks,
                last + 20,
                [.. starts.Select((start, i) =>
                {
                    var end = i + 1 < starts.Count ? starts[i + 1] : long.MaxValue;
                    return (start, Within(pictures, start, end), Within(sound, start, end));
                })]);
        }
    }

    private void NotePicture(ReceivedFrame frame)
    {
        FirstPictureAt ??= frame.ReceivedAt;
        if (_video.LastAt is { } lastAt && frame.ReceivedAt - lastAt > LongestPause)
            LongestPause = frame.ReceivedAt - lastAt;
        var bytes = frame.Data.Span;
        KeyFrames += frame.IsKeyFrame ? 1 : 0;
        if (Width == 0 && frame.IsKeyFrame && bytes.Length >= 10)
        {
            // RFC 6386 section 9.1: frame tag, start code, then 14 bits each.
            Width = BinaryPrimitives.ReadUInt16LittleEndian(bytes[6..]) & 0x3FFF;
            Height = BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]) & 0x3FFF;
        }
    }

    // A cluster starts at each key frame, where players seek to, and where it would be too long without.
    private static List<long> ClusterStarts(IReadOnlyList<EncodedFrame> pictures, long last)
    {
        List<long> starts = [0];
        foreach (var time in pictures.Where(frame => frame.KeyFrame).Select(frame => frame.TimestampMilliseconds).Append(last))
        {
            while (time - starts[^1] > ClusterMillisecondsMax)
                starts.Add(starts[^1] + ClusterMillisecondsMax);
            if (time > starts[^1] && time < last)
                starts.Add(time);
        }

        return starts;
    }

    private static List<EncodedFrame> Shift(List<EncodedFrame> frames, long zero) =>
        [.. frames.Select(frame => frame with { TimestampMilliseconds = frame.TimestampMilliseconds - zero })];

    private static List<EncodedFrame> Within(List<EncodedFrame> frames, long start, long end) =>
        [.. frames.Where(frame => frame.TimestampMilliseconds >= start && frame.TimestampMilliseconds < end)];

    // RFC 7845 section 5.1: one channel, nothing to skip, for the stream was running before we came.
    private static byte[] OpusHead()
    {
        byte[] head = [.. "OpusHead"u8, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(12), 48_000);
        return head;
    }

    private sealed class Track(double clock)
    {
        private readonly List<(long Timestamp, TimeSpan CaptureTime, bool KeyFrame, ReadOnlyMemory<byte> Data)> _frames = [];
        private uint _last;
        private long _extended;

        public int Count { get; private set; }

        public long Bytes { get; private set; }

        public TimeSpan? LastAt { get; private set; }

        /// <summary>Milliseconds from this track's time line to the clock that both share: the middle of what the frames say.</summary>
        public long Offset
        {
            get
            {
                var offsets = _frames.Select(frame => frame.CaptureTime.TotalMilliseconds - (frame.Timestamp * 1000 / clock)).Order().ToArray();
                return offsets.Length == 0 ? 0 : (long)Math.Round(offsets[offsets.Length / 2]);
            }
        }

        public void Add(ReceivedFrame frame, bool keep)
        {
            _extended += Count == 0 ? 0 : (int)(frame.Timestamp - _last);
            _last = frame.Timestamp;
            LastAt = frame.ReceivedAt;
            Count++;
            Bytes += frame.Data.Length;
            if (keep)
                _frames.Add((_extended, frame.CaptureTime, frame.IsKeyFrame, frame.Data));
        }

        public List<EncodedFrame> Frames(long offset) =>
            [.. _frames.Select(frame => new EncodedFrame((long)Math.Round(frame.Timestamp * 1000 / clock) + offset, frame.KeyFrame, frame.Data)).OrderBy(frame => frame.TimestampMilliseconds)];
    }
}
