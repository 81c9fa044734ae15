namespace Nsn.Vortex.Pipeline;

/// <summary>Pixel work on decoded frames.</summary>
internal static class Pictures
{
    /// <summary>Indices of frames spread evenly over a clip, the first and the last among them.</summary>
    public static int[] Spread(int frameCount, int count)
    {
        if (frameCount <= count)
            return [.. Enumerable.Range(0, frameCount)];
        return [.. Enumerable.Range(0, count).Select(k => k * (frameCount - 1) / (count - 1))];
    }

    /// <summary>An I420 frame as packed RGB bytes (BT.601, limited range).</summary>
    public static byte[] ToRgb(ReadOnlySpan<byte> i420, int width, int height)
    {
        var rgb = new byte[width * height * 3];
        var blue = i420.Slice(width * height, width * height / 4);
        var red = i420[(width * height * 5 / 4)..];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var chroma = (y / 2 * (width / 2)) + (x / 2);
                var luma = 1.164384f * (i420[(y * width) + x] - 16);
                float u = blue[chroma] - 128, v = red[chroma] - 128;
                var at = ((y * width) + x) * 3;
                rgb[at] = Limit(luma + (1.596027f * v));
                rgb[at + 1] = Limit(luma - (.391762f * u) - (.812968f * v));
                rgb[at + 2] = Limit(luma + (2.017232f * u));
            }
        }

        return rgb;
    }

    /// <summary>The middle square of a frame as planar RGB from 0 to 1 of <paramref name="size"/> squared: the mean of the covered pixels.</summary>
    public static float[] ToPlanes(ReadOnlySpan<byte> i420, int width, int height, int size)
    {
        var rgb = ToRgb(i420, width, height);
        var planes = new float[3 * size * size];
        var edge = Math.Min(width, height);
        int offsetX = (width - edge) / 2, offsetY = (height - edge) / 2;
        for (var y = 0; y < size; y++)
        {
            var (top, bottom) = Span(y, size, edge);
            for (var x = 0; x < size; x++)
            {
                var (left, right) = Span(x, size, edge);
                float r = 0, g = 0, b = 0;
                for (var sy = top; sy < bottom; sy++)
                {
                    for (var sx = left; sx < right; sx++)
                    {
                        var at = (((sy + offsetY) * width) + sx + offsetX) * 3;
                        r += rgb[at];
                        g += rgb[at + 1];
                        b += rgb[at + 2];
                    }
                }

                var scale = 1 / (255f * (bottom - top) * (right - left));
                planes[(y * size) + x] = r * scale;
                planes[(size * size) + (y * size) + x] = g * scale;
                planes[(2 * size * size) + (y * size) + x] = b * scale;
            }
        }

        return planes;
    }

    private static (int From, int To) Span(int index, int count, int length)
    {
        var from = index * length / count;
        return (from, Math.Max(from + 1, (index + 1) * length / count));
    }

    private static byte Limit(float value) => (byte)Math.Clamp(value + .5f, 0, 255);
}
