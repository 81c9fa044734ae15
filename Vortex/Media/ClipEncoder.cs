using System.Runtime.CompilerServices;
using Nsn.Media;

namespace Nsn.Vortex.Media;

/// <summary>Encodes a clip: the sound at once, because it is known first; the frames as they come; one <see cref="ClipSegment"/> per second.</summary>
internal sealed class ClipEncoder(Ffmpeg ffmpeg, EncoderOptions options, int width, int height, int framesPerSecond) : IAsyncDisposable
{
    private VideoEncoder? _video;
    private Task<(byte[] OpusHead, List<EncodedFrame> Packets)>? _sound;

    /// <summary>Starts the encoders.</summary>
    public Task StartAsync(float[] samples, CancellationToken cancellationToken)
    {
        try
        {
            _video = new VideoEncoder(ffmpeg, options, width, height, framesPerSecond);
            _sound = AudioEncoder.EncodeAsync(ffmpeg, options, samples, cancellationToken);
            return Task.CompletedTask;
        }
        catch (ClipException exception)
        {
            return Task.FromException(exception);
        }
    }

    /// <summary>Hands over the next I420 frame.</summary>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> frame, CancellationToken cancellationToken) => Video.WriteAsync(frame, cancellationToken);

    /// <summary>Says that no frame follows.</summary>
    public void Complete() => Video.Complete();

    /// <summary>Yields each second as soon as its last frame is encoded.</summary>
    public async IAsyncEnumerable<ClipSegment> ReadSegmentsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (opusHead, packets) = await _sound!.ConfigureAwait(false);
        var tracks = new WebMTracks
        {
            Codec = options.Codec,
            Width = width,
            Height = height,
            FramesPerSecond = framesPerSecond,
            OpusHead = opusHead,
        };
        var group = new List<EncodedFrame>(framesPerSecond);
        var index = 0;
        while (await Video.ReadAsync(cancellationToken).ConfigureAwait(false) is { } frame)
        {
            group.Add(frame);
            if (group.Count < framesPerSecond)
                continue;
            var start = index * 1000L;
            var sound = packets.GetRange(index * SoundFormat.PacketsPerSecond, SoundFormat.PacketsPerSecond);
            yield return new ClipSegment(
                index, TimeSpan.FromMilliseconds(start), TimeSpan.FromSeconds(1), WebMWriter.WriteSegment(tracks, start, group, sound));
            group = new List<EncodedFrame>(framesPerSecond);
            index++;
        }

        if (group.Count > 0 || index * SoundFormat.PacketsPerSecond != packets.Count)
            throw new ClipException(ClipError.Media, $"The encoder gave {(index * framesPerSecond) + group.Count} frames for {packets.Count} packets of sound.");
    }

    private VideoEncoder Video => _video ?? throw new InvalidOperationException("StartAsync comes first.");

    public async ValueTask DisposeAsync()
    {
        if (_video is { } video)
            await video.DisposeAsync().ConfigureAwait(false);
        if (_sound is { } sound)
            await ((Task)sound).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
