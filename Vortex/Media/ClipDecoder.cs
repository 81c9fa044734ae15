using System.Buffers.Binary;
using Nsn.Media;

namespace Nsn.Vortex.Media;

/// <summary>Turns encoded frames back into pictures and sound, through <c>ffmpeg</c> pipes.</summary>
internal static class ClipDecoder
{
    /// <summary>Decodes all frames of a clip; both tracks at the same time.</summary>
    /// <exception cref="ClipException"><see cref="ClipError.Media"/> when the frames do not decode.</exception>
    public static async Task<DecodedClip> DecodeAsync(
        Ffmpeg ffmpeg, WebMTracks tracks, int framesPerSecond, IReadOnlyList<EncodedFrame> video, IReadOnlyList<EncodedFrame> audio,
        CancellationToken cancellationToken)
    {
        var picture = DecodeVideoAsync(ffmpeg, tracks, framesPerSecond, video, cancellationToken);
        var sound = DecodeAudioAsync(ffmpeg, tracks.OpusHead, audio, cancellationToken);
        await Task.WhenAll(picture, sound).ConfigureAwait(false);
        return new DecodedClip(tracks.Width, tracks.Height, framesPerSecond, await picture.ConfigureAwait(false), await sound.ConfigureAwait(false));
    }

    public static async Task<List<byte[]>> DecodeVideoAsync(
        Ffmpeg ffmpeg, WebMTracks tracks, int framesPerSecond, IReadOnlyList<EncodedFrame> video, CancellationToken cancellationToken)
    {
        var frameBytes = DecodedClip.I420Length(tracks.Width, tracks.Height);
        var frames = new List<byte[]>(video.Count);
        await using var process = ffmpeg.Start([
            "-f", "ivf", "-probesize", "32", "-analyzeduration", "0", "-threads", "1", "-flags", "+bitexact", "-i", "pipe:0", "-an",
            "-fps_mode", "passthrough", "-pix_fmt", "yuv420p", "-f", "rawvideo", "pipe:1"]);
        var ivf = Ivf.Write(tracks.Codec, tracks.Width, tracks.Height, framesPerSecond, video);
        var writing = WriteAsync(process, ivf, cancellationToken);
        while (frames.Count <= video.Count)
        {
            var frame = new byte[frameBytes];
            var read = await process.Output.ReadAtLeastAsync(frame, frameBytes, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            if (read < frameBytes)
                break;
            frames.Add(frame);
        }

        if (frames.Count > video.Count)
            throw new ClipException(ClipError.Media, "The decoder gave more pictures than the clip has frames.");
        await writing.ConfigureAwait(false);
        await process.CheckExitAsync(cancellationToken).ConfigureAwait(false);
        return frames;
    }

    public static async Task<float[]> DecodeAudioAsync(
        Ffmpeg ffmpeg, ReadOnlyMemory<byte> opusHead, IReadOnlyList<EncodedFrame> packets, CancellationToken cancellationToken)
    {
        var expected = packets.Count * SoundFormat.FrameSamples;
        var pcm = await ffmpeg.RunAsync(
            Ogg.Write(opusHead, packets),
            ["-f", "ogg", "-flags", "+bitexact", "-i", "pipe:0", "-vn", "-ac", "1", "-ar", "48000", "-f", "s16le", "-c:a", "pcm_s16le", "pipe:1"],
            (expected * 2) + (1 << 20),
            cancellationToken).ConfigureAwait(false);

        // Timestamps of the packets promise every sample but the skipped ones; fewer means that a packet did not decode and the rest moved up.
        var decoded = pcm.Length / 2;
        if (decoded < expected - PreSkip(opusHead.Span) - (SoundFormat.FrameSamples / 2))
            throw new ClipException(ClipError.Media, $"Only {decoded} of {expected} samples of sound decode.");
        var samples = new float[expected];
        for (var i = 0; i < Math.Min(expected, pcm.Length / 2); i++)
            samples[i] = BinaryPrimitives.ReadInt16LittleEndian(pcm.AsSpan(i * 2)) / 32768f;
        return samples;
    }

    private static int PreSkip(ReadOnlySpan<byte> opusHead) => opusHead.Length >= 12 ? BinaryPrimitives.ReadUInt16LittleEndian(opusHead[10..]) : 0;

    private static async Task WriteAsync(Ffmpeg.FfmpegProcess process, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            await process.Input.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
            process.Input.Close();
        }
        catch (IOException)
        {
            // The decoder refused the rest; its exit code and the number of frames tell.
        }
    }
}
