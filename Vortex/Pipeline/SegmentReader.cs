using Nsn.Media;
using Nsn.Vortex.Media;

namespace Nsn.Vortex.Pipeline;

/// <summary>The encoded frames of published segments, checked against the request they claim to fulfil.</summary>
internal sealed record SegmentReader(WebMTracks Tracks, IReadOnlyList<EncodedFrame> Video, IReadOnlyList<EncodedFrame> Audio)
{
    /// <summary>Reads segments; false with a reason when one is not of the agreed form.</summary>
    public static bool TryRead(IReadOnlyList<ReadOnlyMemory<byte>> segments, ClipRequest request, out SegmentReader? clip, out string reason)
    {
        clip = null;
        if (segments.Count != request.DurationSeconds)
        {
            reason = $"There are {segments.Count} segments, the request asks for {request.DurationSeconds}.";
            return false;
        }

        WebMTracks? tracks = null;
        var video = new List<EncodedFrame>(request.FrameCount);
        var audio = new List<EncodedFrame>(request.DurationSeconds * SoundFormat.PacketsPerSecond);
        for (var i = 0; i < segments.Count; i++)
        {
            if (!WebMClip.TryParse(segments[i], out var segment, out reason))
                return false;
            if ((Problem(segment!, request, i) ?? Alien(segments[i], segment!, i)) is { } problem)
            {
                reason = $"Segment {i}: {problem}";
                return false;
            }

            tracks ??= segment!.Tracks;
            if (segment!.Tracks.Codec != tracks.Codec || !segment.Tracks.OpusHead.Span.SequenceEqual(tracks.OpusHead.Span))
            {
                reason = $"Segment {i} has other codecs than the first.";
                return false;
            }

            video.AddRange(segment.Video);
            audio.AddRange(segment.Audio);
        }

        clip = new SegmentReader(tracks!, video, audio);
        reason = "";
        return true;
    }

    private static string? Problem(WebMClip segment, ClipRequest request, int index)
    {
        if (segment.Tracks.Width != request.Width || segment.Tracks.Height != request.Height)
            return $"the picture is {segment.Tracks.Width} x {segment.Tracks.Height}, not {request.Width} x {request.Height}.";
        if (segment.Tracks.FramesPerSecond != request.FramesPerSecond)
            return $"its track says {segment.Tracks.FramesPerSecond} frames/s, not {request.FramesPerSecond}.";
        if (segment.Video.Count != request.FramesPerSecond)
            return $"it has {segment.Video.Count} frames, not {request.FramesPerSecond}.";
        if (segment.Audio.Count != SoundFormat.PacketsPerSecond)
            return $"it has {segment.Audio.Count} packets of sound, not {SoundFormat.PacketsPerSecond}.";
        if (!segment.Video[0].KeyFrame)
            return "it does not start with a key frame.";
        for (var i = 0; i < segment.Video.Count; i++)
        {
            if (segment.Video[i].TimestampMilliseconds != VideoEncoder.FrameTime((index * request.FramesPerSecond) + i, request.FramesPerSecond))
                return $"frame {i} is at {segment.Video[i].TimestampMilliseconds} ms.";
        }

        for (var i = 0; i < segment.Audio.Count; i++)
        {
            if (segment.Audio[i].TimestampMilliseconds != (index * 1000L) + (i * 20))
                return $"packet {i} of the sound is at {segment.Audio[i].TimestampMilliseconds} ms.";
        }

        if (OpusForm.Problem(segment.Tracks.OpusHead.Span) is { } problem)
            return problem;
        for (var i = 0; i < segment.Audio.Count; i++)
        {
            if (OpusForm.PacketProblem(segment.Audio[i].Data.Span) is { } wrong)
                return $"packet {i} of the sound {wrong}";
        }

        for (var i = 0; i < segment.Video.Count; i++)
        {
            if (PictureForm.Problem(segment.Tracks.Codec, segment.Video[i], request.Width, request.Height) is { } wrong)
                return $"frame {i} {wrong}";
        }

        return null;
    }

    // A viewer's demuxer may heed what ours passes over, and what nobody reads can carry anything: a segment is its frames and nothing else.
    private static string? Alien(ReadOnlyMemory<byte> bytes, WebMClip segment, int index) =>
        WebMWriter.WriteSegment(segment.Tracks, index * 1000L, segment.Video, segment.Audio).AsSpan().SequenceEqual(bytes.Span)
            ? null
            : "it holds more, or holds it otherwise, than its two tracks and their frames.";
}
