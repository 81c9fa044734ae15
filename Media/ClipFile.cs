namespace Nsn.Media;

/// <summary>A clip as one WebM file, and as the segments that the network carries.</summary>
public static class ClipFile
{
    /// <summary>Joins stand-alone segments to a file that players can seek in.</summary>
    /// <exception cref="ArgumentException">A segment is not one of ours.</exception>
    public static byte[] Join(IReadOnlyList<ReadOnlyMemory<byte>> segments)
    {
        var clips = new List<WebMClip>(segments.Count);
        foreach (var segment in segments)
        {
            if (!WebMClip.TryParse(segment, out var clip, out var reason))
                throw new ArgumentException(reason, nameof(segments));
            clips.Add(clip!);
        }

        if (clips.Count == 0)
            throw new ArgumentException("A clip has at least one segment.", nameof(segments));
        return WebMWriter.WriteFile(
            clips[0].Tracks,
            clips.Count * 1000L,
            [.. clips.Select(clip => (clip.ClusterStarts.Count > 0 ? clip.ClusterStarts[0] : 0L, clip.Video, clip.Audio))]);
    }

    /// <summary>Cuts a file (from <see cref="Join"/>, or any VP8/VP9 + Opus WebM with a key frame on every second) into one-second segments.</summary>
    public static bool TrySplit(ReadOnlyMemory<byte> file, out IReadOnlyList<ReadOnlyMemory<byte>> segments, out string reason)
    {
        segments = [];
        if (!WebMClip.TryParse(file, out var clip, out reason))
            return false;
        var result = new List<ReadOnlyMemory<byte>>();
        var last = clip!.Video.Count == 0 ? -1 : clip.Video.Max(frame => frame.TimestampMilliseconds);
        if (last is < 0 or >= 600_000)
        {
            reason = last < 0 ? "The file has no picture." : "The file is longer than ten minutes.";
            return false;
        }

        for (var start = 0L; start <= last; start += 1000)
        {
            var video = Within(clip.Video, start);
            if (video.Count == 0 || !video[0].KeyFrame)
            {
                reason = $"The second from {start / 1000} does not start with a key frame, so the file cannot be cut there.";
                return false;
            }

            result.Add(WebMWriter.WriteSegment(clip.Tracks, start, video, Within(clip.Audio, start)));
        }

        segments = result;
        return true;
    }

    private static List<EncodedFrame> Within(IReadOnlyList<EncodedFrame> frames, long start) =>
        [.. frames.Where(frame => frame.TimestampMilliseconds >= start && frame.TimestampMilliseconds < start + 1000)];
}
