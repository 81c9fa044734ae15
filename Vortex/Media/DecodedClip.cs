namespace Nsn.Vortex.Media;

/// <summary>A clip as a viewer sees and hears it.</summary>
/// <param name="Width">Width in pixels.</param>
/// <param name="Height">Height in pixels.</param>
/// <param name="FramesPerSecond">Frames per second.</param>
/// <param name="Frames">I420 frames.</param>
/// <param name="Samples">48 kHz mono samples from -1 to 1, aligned with the first frame.</param>
public sealed record DecodedClip(int Width, int Height, int FramesPerSecond, IReadOnlyList<byte[]> Frames, float[] Samples)
{
    /// <summary>Bytes of one I420 frame.</summary>
    public int FrameBytes => I420Length(Width, Height);

    /// <summary>Bytes of one I420 frame of even width and height.</summary>
    public static int I420Length(int width, int height) => width * height * 3 / 2;
}
