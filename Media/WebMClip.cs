using System.Buffers.Binary;
using System.Text;

namespace Nsn.Media;

/// <summary>The frames of a WebM file or segment. Reads bytes from outside: never throws, refers to the input instead of copying it.</summary>
public sealed class WebMClip
{
    /// <summary>Largest input, 256 MiB.</summary>
    public const int LengthMax = 256 << 20;

    private const int FramesMax = 60 * (60 + 50) * 2; // 60 s of 60 frames/s and 50 packets/s, twice

    private readonly List<EncodedFrame> _video = [];
    private readonly List<EncodedFrame> _audio = [];
    private readonly List<long> _clusters = [];

    private WebMClip(WebMTracks tracks) => Tracks = tracks;

    /// <summary>The two tracks.</summary>
    public WebMTracks Tracks { get; private set; }

    /// <summary>The pictures in file order.</summary>
    public IReadOnlyList<EncodedFrame> Video => _video;

    /// <summary>The packets of sound in file order.</summary>
    public IReadOnlyList<EncodedFrame> Audio => _audio;

    /// <summary>Start of each cluster in milliseconds.</summary>
    public IReadOnlyList<long> ClusterStarts => _clusters;

    /// <summary>Parses a file; false with a reason a person understands when it is not a WebM file with one VP8/VP9 and one Opus track.</summary>
    public static bool TryParse(ReadOnlyMemory<byte> bytes, out WebMClip? clip, out string reason)
    {
        clip = null;
        if (bytes.Length > LengthMax)
            return Fail($"The file has {bytes.Length} bytes; at most {LengthMax} are read.", out reason);
        var reader = new Parser(bytes);
        if (!reader.Parse())
            return Fail(reader.Problem, out reason);
        if (reader.Codec is not { } codec || reader.Width == 0 || reader.Height == 0)
            return Fail("The file has no VP8 or VP9 track.", out reason);
        if (reader.OpusHead.IsEmpty)
            return Fail("The file has no Opus track.", out reason);
        clip = new WebMClip(new WebMTracks
        {
            Codec = codec,
            Width = reader.Width,
            Height = reader.Height,
            FramesPerSecond = reader.FramesPerSecond,
            OpusHead = reader.OpusHead,
        });
        clip._video.AddRange(reader.VideoFrames);
        clip._audio.AddRange(reader.AudioFrames);
        clip._clusters.AddRange(reader.ClusterStarts);
        reason = "";
        return true;
    }

    private static bool Fail(string why, out string reason)
    {
        reason = why;
        return false;
    }

    private sealed class Parser(ReadOnlyMemory<byte> bytes)
    {
        private const int DepthMax = 6;
        private long _clusterTime;
        private int _elements;
        private int _trackNumber, _trackType;
        private string _codecId = "";
        private ReadOnlyMemory<byte> _codecPrivate;
        private int _pixelWidth, _pixelHeight, _channels;
        private long _defaultDuration;
        private bool _sawHeader;
        private int _videoTrack = -1, _audioTrack = -1;

        public string Problem { get; private set; } = "The file is not WebM.";

        public VideoCodec? Codec { get; private set; }

        public int Width { get; private set; }

        public int Height { get; private set; }

        public int FramesPerSecond { get; private set; }

        public ReadOnlyMemory<byte> OpusHead { get; private set; }

        public List<EncodedFrame> VideoFrames { get; } = [];

        public List<EncodedFrame> AudioFrames { get; } = [];

        public List<long> ClusterStarts { get; } = [];

        public bool Parse() => Level(0, bytes.Length, 0) && (_sawHeader || Bad("The file does not start with an EBML header."));

        private bool Bad(string problem)
        {
            Problem = problem;
            return false;
        }

        private bool Level(int from, int to, int depth)
        {
            var span = bytes.Span;
            while (from < to)
            {
                if (!Ebml.TryReadId(span[from..to], out var id, out var idLength)
                    || !Ebml.TryReadSize(span[(from + idLength)..to], out var size, out var sizeLength))
                    return Bad($"The file is damaged at byte {from}.");
                if (from == 0 && id != Ebml.Header)
                    return Bad("The file does not start with an EBML header.");
                var start = from + idLength + sizeLength;
                if (size == Ebml.UnknownSize)
                {
                    if (id is not (Ebml.Segment or Ebml.Cluster))
                        return Bad($"The element at byte {from} has no size.");

                    // Elements of the level above end an unsized cluster by themselves: the flat walk below does not care about nesting.
                    size = id == Ebml.Segment ? to - start : 0;
                }

                if (size > to - start)
                    return Bad($"The file ends within the element at byte {from}.");
                if (++_elements > FramesMax * 2)
                    return Bad("The file has too many elements.");
                if (!Element(id, start, (int)size, depth))
                    return false;
                from = start + (int)size;
            }

            return true;
        }

        private bool Element(uint id, int start, int size, int depth)
        {
            var content = bytes.Slice(start, size);
            switch (id)
            {
                case Ebml.Header:
                    _sawHeader = true;
                    return true;
                case Ebml.Segment or Ebml.Tracks or Ebml.Video or Ebml.Audio or Ebml.BlockGroup:
                    return depth < DepthMax ? Level(start, start + size, depth + 1) : Bad("The file is nested too deeply.");
                case Ebml.Cluster:
                    _clusterTime = 0;
                    return depth < DepthMax ? Level(start, start + size, depth + 1) : Bad("The file is nested too deeply.");
                case Ebml.TrackEntry:
                    return Track(start, size, depth);
                case Ebml.TimestampScale when Ebml.ReadUnsigned(content.Span) != 1_000_000:
                    return Bad("The file's time unit is not one millisecond.");
                case Ebml.Info:
                    return Level(start, start + size, depth + 1);
                case Ebml.TrackNumber:
                    _trackNumber = (int)Math.Min(127, Ebml.ReadUnsigned(content.Span));
                    return true;
                case Ebml.TrackType:
                    _trackType = (int)Math.Min(255, Ebml.ReadUnsigned(content.Span));
                    return true;
                case Ebml.CodecId:
                    _codecId = size <= 32 ? Encoding.ASCII.GetString(content.Span) : "";
                    return true;
                case Ebml.CodecPrivate:
                    _codecPrivate = content;
                    return true;
                case Ebml.DefaultDuration:
                    _defaultDuration = (long)Math.Min(long.MaxValue, Ebml.ReadUnsigned(content.Span));
                    return true;
                case Ebml.PixelWidth:
                    _pixelWidth = (int)Math.Min(16384, Ebml.ReadUnsigned(content.Span));
                    return true;
                case Ebml.PixelHeight:
                    _pixelHeight = (int)Math.Min(16384, Ebml.ReadUnsigned(content.Span));
                    return true;
                case Ebml.Channels:
                    _channels = (int)Math.Min(255, Ebml.ReadUnsigned(content.Span));
                    return true;
                case Ebml.Timestamp:
                    var time = Ebml.ReadUnsigned(content.Span);
                    if (time > int.MaxValue)
                        return Bad("A cluster lies more than 24 days ahead.");
                    _clusterTime = (long)time;
                    ClusterStarts.Add(_clusterTime);
                    return true;
                case Ebml.SimpleBlock or Ebml.Block:
                    return Frame(content, id == Ebml.SimpleBlock);
                default:
                    return true;
            }
        }

        private bool Track(int start, int size, int depth)
        {
            (_trackNumber, _trackType, _codecId, _codecPrivate) = (0, 0, "", default);
            (_pixelWidth, _pixelHeight, _channels, _defaultDuration) = (0, 0, 1, 0);
            if (!Level(start, start + size, depth + 1))
                return false;
            switch (_trackType)
            {
                case 1 when _codecId is "V_VP8" or "V_VP9":
                    if (_videoTrack >= 0)
                        return Bad("The file has two video tracks.");
                    _videoTrack = _trackNumber;
                    Codec = _codecId == "V_VP9" ? VideoCodec.Vp9 : VideoCodec.Vp8;
                    (Width, Height) = (_pixelWidth, _pixelHeight);
                    FramesPerSecond = _defaultDuration > 0 ? (int)Math.Min(1000, Math.Round(1e9 / _defaultDuration)) : 0;
                    return true;
                case 2 when _codecId == "A_OPUS":
                    if (_audioTrack >= 0)
                        return Bad("The file has two sound tracks.");
                    if (_codecPrivate.Length < 19 || _channels > 2)
                        return Bad("The Opus track has no valid OpusHead, or more than two channels.");
                    _audioTrack = _trackNumber;
                    OpusHead = _codecPrivate;
                    return true;
                default:
                    return Bad($"Tracks of type {_trackType} and codec '{_codecId}' are not read; use VP8 or VP9 with Opus.");
            }
        }

        private bool Frame(ReadOnlyMemory<byte> content, bool simple)
        {
            var span = content.Span;
            if (span.Length < 4 || (span[0] & 0x80) == 0)
                return Bad("A block is too short, or of a track above 127.");
            if ((span[3] & 0x06) != 0)
                return Bad("A block is laced, which WebM of ours never is.");
            if (VideoFrames.Count + AudioFrames.Count >= FramesMax)
                return Bad("The file has too many frames.");
            var track = span[0] & 0x7F;
            var time = _clusterTime + BinaryPrimitives.ReadInt16BigEndian(span[1..]);
            var data = content[4..];
            if (track == _videoTrack)
                VideoFrames.Add(new EncodedFrame(time, simple ? (span[3] & 0x80) != 0 : IsKey(data.Span), data));
            else if (track == _audioTrack)
                AudioFrames.Add(new EncodedFrame(time, true, data));
            return true;
        }

        // VP8: lowest bit of the first byte is clear on key frames (RFC 6386, section 9.1). VP9: bit 2 of the uncompressed header.
        private bool IsKey(ReadOnlySpan<byte> data) =>
            !data.IsEmpty && (Codec == VideoCodec.Vp9 ? (data[0] & 0x0C) == 0 : (data[0] & 1) == 0);
    }
}
