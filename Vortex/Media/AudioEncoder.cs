using System.Globalization;
using System.Runtime.InteropServices;
using Nsn.Media;

namespace Nsn.Vortex.Media;

/// <summary>Encodes 48 kHz mono sound to Opus packets of 20 ms.</summary>
internal static class AudioEncoder
{
    /// <summary>Encodes a whole clip: exactly one packet for every 20 ms of <paramref name="samples"/>.</summary>
    /// <returns>The <c>OpusHead</c> packet, and the packets with their times in the clip.</returns>
    public static async Task<(byte[] OpusHead, List<EncodedFrame> Packets)> EncodeAsync(
        Ffmpeg ffmpeg, EncoderOptions options, ReadOnlyMemory<float> samples, CancellationToken cancellationToken)
    {
        var count = samples.Length / SoundFormat.FrameSamples;
        var bytes = MemoryMarshal.AsBytes(samples.Span[..(count * SoundFormat.FrameSamples)]).ToArray();
        var ogg = await ffmpeg.RunAsync(
            bytes,
            ["-f", "f32le", "-ar", "48000", "-ac", "1", "-i", "pipe:0", "-c:a", "libopus", "-application", "audio", "-frame_duration", "20",
             "-vbr", "on", "-compression_level", "5", "-b:a", options.AudioBitRate.ToString(CultureInfo.InvariantCulture),
             "-page_duration", "20000", "-fflags", "+bitexact", "-flags:a", "+bitexact", "-f", "ogg", "pipe:1"],
            64 << 20,
            cancellationToken).ConfigureAwait(false);
        List<byte[]> packets;
        try
        {
            packets = Ogg.ReadPackets(ogg);
        }
        catch (InvalidDataException exception)
        {
            throw new ClipException(ClipError.Media, exception.Message, exception);
        }

        if (packets.Count < 2 + count)
            throw new ClipException(ClipError.Media, $"ffmpeg made {packets.Count - 2} packets of sound instead of {count}.");
        var frames = new List<EncodedFrame>(count);
        for (var i = 0; i < count; i++)
            frames.Add(new EncodedFrame(i * 20L, true, packets[i + 2]));
        return (packets[0], frames);
    }
}
