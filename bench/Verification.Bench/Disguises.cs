namespace Nsn.Verification.Bench;

/// <summary>What a cheat does to square I420 frames.</summary>
internal static class Disguises
{
    /// <summary>Random bytes.</summary>
    public static byte[] Noise(int length, int seed)
    {
        var noise = new byte[length];
        new Random(seed).NextBytes(noise);
        return noise;
    }

    /// <summary>Half the resolution, enlarged by linear interpolation, in all three planes.</summary>
    public static byte[] Enlarge(byte[] frame, int width)
    {
        var result = new byte[frame.Length];
        var luma = width * width;
        Plane(frame.AsSpan(0, luma), result.AsSpan(0, luma), width);
        Plane(frame.AsSpan(luma, luma / 4), result.AsSpan(luma, luma / 4), width / 2);
        Plane(frame.AsSpan(luma * 5 / 4), result.AsSpan(luma * 5 / 4), width / 2);
        return result;

        static void Plane(ReadOnlySpan<byte> from, Span<byte> to, int edge)
        {
            var small = edge / 2;
            for (var y = 0; y < edge; y++)
            {
                for (var x = 0; x < edge; x++)
                {
                    int x0 = x / 2, y0 = y / 2, x1 = Math.Min(small - 1, x0 + (x % 2)), y1 = Math.Min(small - 1, y0 + (y % 2));
                    int Mean(ReadOnlySpan<byte> plane, int sx, int sy) =>
                        (plane[(2 * sy * edge) + (2 * sx)] + plane[(2 * sy * edge) + (2 * sx) + 1]
                        + plane[(((2 * sy) + 1) * edge) + (2 * sx)] + plane[(((2 * sy) + 1) * edge) + (2 * sx) + 1]) / 4;
                    to[(y * edge) + x] = (byte)((Mean(from, x0, y0) + Mean(from, x1, y0) + Mean(from, x0, y1) + Mean(from, x1, y1)) / 4);
                }
            }
        }
    }

    /// <summary>Left and right exchanged.</summary>
    public static byte[] Mirror(byte[] frame, int width)
    {
        var result = (byte[])frame.Clone();
        var at = 0;
        foreach (var edge in new[] { width, width / 2, width / 2 })
        {
            for (var y = 0; y < edge; y++, at += edge)
                result.AsSpan(at, edge).Reverse();
        }

        return result;
    }

    /// <summary>A bright square of a fifth of the edge in the upper left corner, as a mark or an advertisement.</summary>
    public static byte[] Mark(byte[] frame, int width)
    {
        var result = (byte[])frame.Clone();
        var from = width / 16;
        for (var y = from; y < from + (width / 5); y++)
            result.AsSpan((y * width) + from, width / 5).Fill(y / 4 % 2 == 0 ? (byte)225 : (byte)40);
        return result;
    }
}
