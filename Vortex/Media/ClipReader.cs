using Nsn.Media;

namespace Nsn.Vortex.Media;

/// <summary>Reads WebM clips for people and tools: compare, contact sheets, tests.</summary>
public static class ClipReader
{
    /// <summary>Decodes a whole WebM file.</summary>
    /// <exception cref="ClipException"><see cref="ClipError.Media"/> when it is not a clip.</exception>
    public static async Task<DecodedClip> DecodeAsync(Ffmpeg ffmpeg, ReadOnlyMemory<byte> file, CancellationToken cancellationToken = default)
    {
        if (!WebMClip.TryParse(file, out var clip, out var reason))
            throw new ClipException(ClipError.Media, reason);
        var rate = clip!.Tracks.FramesPerSecond;
        if (rate == 0 && clip.Video.Count > 1)
            rate = (int)Math.Round(1000.0 * (clip.Video.Count - 1) / Math.Max(1, clip.Video[^1].TimestampMilliseconds - clip.Video[0].TimestampMilliseconds));
        return await ClipDecoder.DecodeAsync(ffmpeg, clip.Tracks, Math.Max(1, rate), clip.Video, clip.Audio, cancellationToken).ConfigureAwait(false);
    }
}
