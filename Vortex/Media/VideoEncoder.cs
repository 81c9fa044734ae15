using System.Globalization;
using System.IO.Pipelines;
using Nsn.Media;

namespace Nsn.Vortex.Media;

/// <summary>
/// Encodes I420 frames to VP8 or VP9 in closed groups of one second: every group starts with a key frame, nothing refers back across it, no
/// frame is held back. One thread and a fixed speed make the result the same on every run.
/// </summary>
internal sealed class VideoEncoder : IAsyncDisposable
{
    private readonly Ffmpeg.FfmpegProcess _process;
    private readonly PipeReader _reader;
    private readonly int _framesPerSecond;
    private bool _headerRead;
    private int _frames;

    public VideoEncoder(Ffmpeg ffmpeg, EncoderOptions options, int width, int height, int framesPerSecond)
    {
        _framesPerSecond = framesPerSecond;
        var rate = options.VideoBitRate(width, height, framesPerSecond);
        string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
        var vp9 = options.Codec == VideoCodec.Vp9; // its "good" takes eight times as long, for a quarter less of bytes: more than a second a second on a busy core
        _process = ffmpeg.Start([
            "-f", "rawvideo", "-pix_fmt", "yuv420p", "-video_size", $"{width}x{height}", "-framerate", Number(framesPerSecond),
            "-probesize", "32", "-analyzeduration", "0", "-i", "pipe:0", "-an",
            "-c:v", vp9 ? "libvpx-vp9" : "libvpx", "-deadline", vp9 ? "realtime" : "good", "-cpu-used", vp9 ? "6" : "4", "-threads", "1", "-lag-in-frames", "0",
            "-auto-alt-ref", "0", "-g", Number(framesPerSecond), "-keyint_min", Number(framesPerSecond), "-crf", Number(options.Quality),
            "-qmin", "4", "-qmax", "56", "-b:v", Number(rate), "-maxrate", Number(rate), "-bufsize", Number(rate),
            "-f", "ivf", "-flush_packets", "1", "pipe:1"]);
        _reader = PipeReader.Create(_process.Output);
    }

    /// <summary>Hands one I420 frame to the encoder; returns when the pipe has taken it.</summary>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> i420, CancellationToken cancellationToken)
    {
        try
        {
            await _process.Input.WriteAsync(i420, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException)
        {
            await _process.CheckExitAsync(cancellationToken).ConfigureAwait(false);
            throw new ClipException(ClipError.Media, "ffmpeg stopped reading frames.");
        }
    }

    /// <summary>Says that no frame follows.</summary>
    public void Complete() => _process.Input.Close();

    /// <summary>The next encoded frame with its time in the clip, or null after the last.</summary>
    public async ValueTask<EncodedFrame?> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await _reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            var buffer = result.Buffer;
            if (!_headerRead && buffer.Length >= Ivf.HeaderLength)
            {
                buffer = buffer.Slice(Ivf.HeaderLength);
                _headerRead = true;
            }

            if (_headerRead && Ivf.TryReadFrame(ref buffer, out var data))
            {
                _reader.AdvanceTo(buffer.Start);
                var index = _frames++;
                return new EncodedFrame(FrameTime(index, _framesPerSecond), index % _framesPerSecond == 0, data);
            }

            _reader.AdvanceTo(buffer.Start, buffer.End);
            if (result.IsCompleted)
            {
                await _process.CheckExitAsync(cancellationToken).ConfigureAwait(false);
                return null;
            }
        }
    }

    /// <summary>Time of a frame in milliseconds, rounded; exact at every full second.</summary>
    public static long FrameTime(int index, int framesPerSecond) => ((index * 1000L * 2) + framesPerSecond) / (2L * framesPerSecond);

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync().ConfigureAwait(false);
        await _reader.CompleteAsync().ConfigureAwait(false);
    }
}
