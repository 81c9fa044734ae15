using System.Buffers.Binary;

namespace Nsn.Media;

/// <summary>
/// Writes WebM (a subset of Matroska, RFC 9559): stand-alone one-second segments whose cluster carries the clip's time, and whole files with
/// cues. Timestamps are in milliseconds, as the WebM guidelines ask.
/// </summary>
public static class WebMWriter
{
    private const string Application = "NSN";
    private const int SimpleBlockHeaderLength = 4;
    private const ulong SeekPreRollNanoseconds = 80_000_000; // RFC 7845, section 4.6: 80 ms let an Opus decoder converge

    /// <summary>One segment: EBML header, tracks and one cluster that starts at <paramref name="startMilliseconds"/>.</summary>
    /// <exception cref="ArgumentException">A frame lies outside the 32 s that a cluster can address.</exception>
    public static byte[] WriteSegment(WebMTracks tracks, long startMilliseconds, IReadOnlyList<EncodedFrame> video, IReadOnlyList<EncodedFrame> audio)
    {
        var writer = new EbmlWriter();
        WriteHeader(writer);
        writer.Master(Ebml.Segment, segment =>
        {
            WriteInfo(segment, null);
            WriteTracks(segment, tracks);
            segment.Raw(Cluster(startMilliseconds, video, audio).Written.Span);
        });
        return writer.Written.ToArray();
    }

    /// <summary>A file of several clusters with a seek head, the duration, and cues, so that a browser can seek in it.</summary>
    /// <param name="tracks">The tracks.</param>
    /// <param name="durationMilliseconds">Length of the clip.</param>
    /// <param name="clusters">Start in milliseconds, pictures and sound of each cluster in order.</param>
    public static byte[] WriteFile(
        WebMTracks tracks, long durationMilliseconds,
        IReadOnlyList<(long StartMilliseconds, IReadOnlyList<EncodedFrame> Video, IReadOnlyList<EncodedFrame> Audio)> clusters)
    {
        var info = new EbmlWriter();
        WriteInfo(info, durationMilliseconds);
        var trackList = new EbmlWriter();
        WriteTracks(trackList, tracks);
        var bodies = clusters.Select(cluster => Cluster(cluster.StartMilliseconds, cluster.Video, cluster.Audio)).ToArray();

        // The seek head has a fixed size, because its positions are written in 8 bytes each.
        var seekHeadLength = SeekHead(0, 0, 0).Length;
        var infoPosition = seekHeadLength;
        var tracksPosition = infoPosition + info.Length;
        var firstCluster = tracksPosition + trackList.Length;

        var cues = new EbmlWriter();
        long position = firstCluster;
        cues.Master(Ebml.Cues, list =>
        {
            for (var i = 0; i < bodies.Length; i++)
            {
                var at = position;
                var time = (ulong)clusters[i].StartMilliseconds;
                list.Master(Ebml.CuePoint, point =>
                {
                    point.Unsigned(Ebml.CueTime, time);
                    point.Master(Ebml.CueTrackPositions, positions =>
                    {
                        positions.Unsigned(Ebml.CueTrack, WebMTracks.VideoTrack);
                        positions.Unsigned(Ebml.CueClusterPosition, (ulong)at);
                    });
                });
                position += bodies[i].Length;
            }
        });

        var writer = new EbmlWriter();
        WriteHeader(writer);
        writer.Master(Ebml.Segment, segment =>
        {
            segment.Raw(SeekHead(infoPosition, tracksPosition, position).Written.Span);
            segment.Raw(info.Written.Span);
            segment.Raw(trackList.Written.Span);
            foreach (var body in bodies)
                segment.Raw(body.Written.Span);
            segment.Raw(cues.Written.Span);
        });
        return writer.Written.ToArray();
    }

    private static EbmlWriter SeekHead(long info, long tracks, long cues)
    {
        var writer = new EbmlWriter();
        writer.Master(Ebml.SeekHead, head =>
        {
            foreach (var (id, position) in new[] { (Ebml.Info, info), (Ebml.Tracks, tracks), (Ebml.Cues, cues) })
            {
                head.Master(Ebml.Seek, seek =>
                {
                    Span<byte> bytes = stackalloc byte[4];
                    BinaryPrimitives.WriteUInt32BigEndian(bytes, id);
                    seek.Binary(Ebml.SeekId, bytes);
                    seek.Unsigned8(Ebml.SeekPosition, (ulong)position);
                });
            }
        });
        return writer;
    }

    private static void WriteHeader(EbmlWriter writer) => writer.Master(Ebml.Header, header =>
    {
        header.Unsigned(Ebml.Version, 1);
        header.Unsigned(Ebml.ReadVersion, 1);
        header.Unsigned(Ebml.MaxIdLength, 4);
        header.Unsigned(Ebml.MaxSizeLength, 8);
        header.Text(Ebml.DocType, "webm");
        header.Unsigned(Ebml.DocTypeVersion, 4);
        header.Unsigned(Ebml.DocTypeReadVersion, 2);
    });

    private static void WriteInfo(EbmlWriter writer, long? durationMilliseconds) => writer.Master(Ebml.Info, info =>
    {
        info.Unsigned(Ebml.TimestampScale, 1_000_000);
        if (durationMilliseconds is { } duration)
            info.Float(Ebml.Duration, duration);
        info.Text(Ebml.MuxingApp, Application);
        info.Text(Ebml.WritingApp, Application);
    });

    private static void WriteTracks(EbmlWriter writer, WebMTracks tracks) => writer.Master(Ebml.Tracks, list =>
    {
        list.Master(Ebml.TrackEntry, entry =>
        {
            entry.Unsigned(Ebml.TrackNumber, WebMTracks.VideoTrack);
            entry.Unsigned(Ebml.TrackUid, WebMTracks.VideoTrack);
            entry.Unsigned(Ebml.FlagLacing, 0);
            entry.Text(Ebml.Language, "und");
            entry.Text(Ebml.CodecId, tracks.Codec == VideoCodec.Vp9 ? "V_VP9" : "V_VP8");
            entry.Unsigned(Ebml.TrackType, 1);
            if (tracks.FramesPerSecond > 0)
                entry.Unsigned(Ebml.DefaultDuration, (ulong)(1_000_000_000L / tracks.FramesPerSecond));
            entry.Master(Ebml.Video, video =>
            {
                video.Unsigned(Ebml.PixelWidth, (ulong)tracks.Width);
                video.Unsigned(Ebml.PixelHeight, (ulong)tracks.Height);
            });
        });
        list.Master(Ebml.TrackEntry, entry =>
        {
            entry.Unsigned(Ebml.TrackNumber, WebMTracks.AudioTrack);
            entry.Unsigned(Ebml.TrackUid, WebMTracks.AudioTrack);
            entry.Unsigned(Ebml.FlagLacing, 0);
            entry.Text(Ebml.Language, "und");
            entry.Text(Ebml.CodecId, "A_OPUS");
            entry.Unsigned(Ebml.CodecDelay, (ulong)tracks.PreSkip * 1_000_000_000UL / 48_000);
            entry.Unsigned(Ebml.SeekPreRoll, SeekPreRollNanoseconds);
            entry.Unsigned(Ebml.TrackType, 2);
            entry.Binary(Ebml.CodecPrivate, tracks.OpusHead.Span);
            entry.Master(Ebml.Audio, audio =>
            {
                audio.Float(Ebml.SamplingFrequency, 48_000);
                audio.Unsigned(Ebml.Channels, 1);
            });
        });
    });

    private static EbmlWriter Cluster(long start, IReadOnlyList<EncodedFrame> video, IReadOnlyList<EncodedFrame> audio)
    {
        var writer = new EbmlWriter();
        writer.Master(Ebml.Cluster, cluster =>
        {
            cluster.Unsigned(Ebml.Timestamp, (ulong)start);
            int v = 0, a = 0;
            while (v < video.Count || a < audio.Count)
            {
                // Interleaved by time; sound first at equal times, as the WebM guidelines ask.
                var takeVideo = a == audio.Count || (v < video.Count && video[v].TimestampMilliseconds < audio[a].TimestampMilliseconds);
                if (takeVideo)
                    Block(cluster, WebMTracks.VideoTrack, start, video[v++]);
                else
                    Block(cluster, WebMTracks.AudioTrack, start, audio[a++]);
            }
        });
        return writer;
    }

    private static void Block(EbmlWriter cluster, int track, long start, EncodedFrame frame)
    {
        var relative = frame.TimestampMilliseconds - start;
        if (relative is < short.MinValue or > short.MaxValue)
            throw new ArgumentException($"A frame at {frame.TimestampMilliseconds} ms cannot be in a cluster that starts at {start} ms.", nameof(frame));
        cluster.Id(Ebml.SimpleBlock);
        cluster.Size(SimpleBlockHeaderLength + frame.Data.Length);
        Span<byte> header = stackalloc byte[SimpleBlockHeaderLength];
        header[0] = (byte)(0x80 | track);
        BinaryPrimitives.WriteInt16BigEndian(header[1..], (short)relative);
        header[3] = frame.KeyFrame ? (byte)0x80 : (byte)0;
        cluster.Raw(header);
        cluster.Raw(frame.Data.Span);
    }
}
