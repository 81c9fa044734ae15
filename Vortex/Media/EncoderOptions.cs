using Nsn.Media;

namespace Nsn.Vortex.Media;

/// <summary>How a clip is encoded. Part of the proof, so a change of any value makes a different clip.</summary>
public sealed record EncoderOptions
{
    /// <summary>Codec of the picture.</summary>
    public VideoCodec Codec { get; init; } = VideoCodec.Vp8;

    /// <summary>Constant quality, 4 (best) to 63.</summary>
    public int Quality { get; init; } = 12;

    /// <summary>Cap of the picture's bit rate per pixel and second; 256 x 256 pixels at 12 frames/s come to 0.9 Mbit/s.</summary>
    public double BitsPerPixel { get; init; } = 1.2;

    /// <summary>Bit rate of the sound in bits per second.</summary>
    public int AudioBitRate { get; init; } = 48_000;

    /// <summary>Cap of the picture's bit rate in bits per second.</summary>
    public int VideoBitRate(int width, int height, int framesPerSecond) =>
        Math.Clamp((int)(BitsPerPixel * width * height * framesPerSecond), 100_000, 20_000_000);

    /// <summary>The settings in one line, as the proof carries them.</summary>
    public override string ToString() =>
        FormattableString.Invariant($"{Codec.ToString().ToLowerInvariant()};crf={Quality};bpp={BitsPerPixel};opus={AudioBitRate}");
}
