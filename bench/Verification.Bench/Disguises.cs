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

    /// <summary>A line of small dashes, 3 pixels high and a seventh of the edge wide, as an address would be.</summary>
    public static byte[] SmallMark(byte[] frame, int width)
    {
        var result = (byte[])frame.Clone();
        for (var y = width * 7 / 8; y < (width * 7 / 8) + Math.Max(3, width / 85); y++)
        {
            for (var x = width / 12; x < (width / 12) + (width / 7); x++)
                result[(y * width) + x] = (byte)(x / 4 % 2 == 0 ? 235 : 16);
        }

        return result;
    }

    /// <summary>A square of a quarter of the edge in a pattern of single pixels, lighter and darker by the same amount, so that no mean changes.</summary>
    public static byte[] Pattern(byte[] frame, int width)
    {
        var result = (byte[])frame.Clone();
        for (var y = width / 8; y < width * 3 / 8; y++)
        {
            for (var x = width / 8; x < width * 3 / 8; x++)
            {
                var level = Math.Clamp((int)frame[(y * width) + x], 66, 185);
                result[(y * width) + x] = (byte)(level + ((x + y) % 2 == 0 ? 50 : -50));
            }
        }

        return result;
    }

    /// <summary>Every colour turned: both planes of chroma moved.</summary>
    public static byte[] ShiftColours(byte[] frame, int width)
    {
        var result = (byte[])frame.Clone();
        var luma = width * width;
        for (var i = luma; i < result.Length; i++)
            result[i] = (byte)Math.Clamp(result[i] + (i < luma * 5 / 4 ? 20 : -20), 16, 240);
        return result;
    }

    /// <summary>Black.</summary>
    public static byte[] Black(int width)
    {
        var frame = new byte[width * width * 3 / 2];
        frame.AsSpan(0, width * width).Fill(16);
        frame.AsSpan(width * width).Fill(128);
        return frame;
    }

    /// <summary>The lower face as it was in another frame: the mouth says nothing.</summary>
    public static byte[] Mouth(byte[] frame, byte[] other, int width)
    {
        var result = (byte[])frame.Clone();
        for (var y = width * 9 / 20; y < width * 7 / 10; y++)
            other.AsSpan((y * width) + (width * 3 / 8), width / 4).CopyTo(result.AsSpan((y * width) + (width * 3 / 8)));
        return result;
    }

    /// <summary>The sound later by a time, with silence before it.</summary>
    public static float[] Late(float[] samples, double seconds)
    {
        var late = new float[samples.Length];
        var by = (int)(seconds * 48_000);
        samples.AsSpan(0, samples.Length - by).CopyTo(late.AsSpan(by));
        return late;
    }

    /// <summary>A tone added to the sound, for a part of each second.</summary>
    public static float[] Tone(float[] samples, double hertz, double amplitude, double partOfSecond) =>
        [.. samples.Select((sample, i) => i % 48_000 < partOfSecond * 48_000 ? sample + (float)(amplitude * Math.Sin(2 * Math.PI * hertz * i / 48_000)) : sample)];
}
