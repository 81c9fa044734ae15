using Nsn.Vortex.Pipeline;

namespace Nsn.Vortex.Media;

/// <summary>Frames of a clip side by side in one picture.</summary>
public static class ContactSheet
{
    private const int Gap = 4;

    /// <summary>A PNG of evenly spread frames.</summary>
    /// <param name="clips">One row or more per clip.</param>
    /// <param name="perClip">Frames of each clip.</param>
    /// <param name="columns">Frames in a row.</param>
    /// <param name="edge">Width of a frame in the sheet, in pixels; smaller ones are not enlarged.</param>
    public static byte[] Write(IReadOnlyList<DecodedClip> clips, int perClip = 8, int columns = 8, int edge = 256)
    {
        var pictures = clips.SelectMany(clip => Pictures.Spread(clip.Frames.Count, perClip).Select(index =>
        {
            var size = Math.Min(edge, clip.Width);
            return (Size: size, Planes: Pictures.ToPlanes(clip.Frames[index], clip.Width, clip.Height, size));
        })).ToArray();
        var cell = pictures.Length == 0 ? 1 : pictures.Max(picture => picture.Size);
        var rows = (pictures.Length + columns - 1) / columns;
        int width = (columns * (cell + Gap)) + Gap, height = (rows * (cell + Gap)) + Gap;
        var rgb = new byte[width * height * 3];
        rgb.AsSpan().Fill(24);
        for (var i = 0; i < pictures.Length; i++)
        {
            var (size, planes) = pictures[i];
            int left = Gap + (i % columns * (cell + Gap)), top = Gap + (i / columns * (cell + Gap));
            for (var y = 0; y < size; y++)
            {
                for (var x = 0; x < size; x++)
                {
                    for (var c = 0; c < 3; c++)
                        rgb[((((top + y) * width) + left + x) * 3) + c] = (byte)Math.Clamp((planes[(c * size * size) + (y * size) + x] * 255) + .5f, 0, 255);
                }
            }
        }

        return PngWriter.Write(width, height, rgb);
    }
}
