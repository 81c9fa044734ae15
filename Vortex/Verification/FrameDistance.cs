namespace Nsn.Vortex.Verification;

/// <summary>Compares a published frame with one that was made again, so that coding noise hardly counts and a changed detail does.</summary>
public static class FrameDistance
{
    private const int Blocks = 64;
    private const int WorstShare = 20;
    private const int SpotShare = 512;
    private const int TextureBlocks = 32;
    private const int TextureShare = 128;

    /// <summary>
    /// Root mean square difference of block means of luma and chroma over the worst twentieth of 64 x 64 blocks, 0 to 255: coding noise
    /// averages out within a block, and a changed detail fills the worst ones.
    /// </summary>
    public static double Between(ReadOnlySpan<byte> one, ReadOnlySpan<byte> two, int width, int height) =>
        Between(Means(one, width, height), Means(two, width, height)).Area;

    /// <summary>Means of the blocks of luma and of both planes of chroma, of one size for all frames of a clip.</summary>
    internal static float[] Means(ReadOnlySpan<byte> i420, int width, int height)
    {
        var blocks = Math.Min(Blocks, Math.Min(width, height) / 2);
        var means = new float[3 * blocks * blocks];
        var luma = width * height;
        Average(i420[..luma], means.AsSpan(0, blocks * blocks), width, height, blocks);
        Average(i420.Slice(luma, luma / 4), means.AsSpan(blocks * blocks, blocks * blocks), width / 2, height / 2, blocks);
        Average(i420[(luma * 5 / 4)..], means.AsSpan(2 * blocks * blocks), width / 2, height / 2, blocks);
        return means;
    }

    /// <summary>
    /// How far two frames' <see cref="Means"/> are apart in the worst twentieth of the blocks, and in the worst of 512 parts: a small mark hides
    /// in the mean over a twentieth, but not in the blocks that it covers.
    /// </summary>
    internal static (double Area, double Spot) Between(ReadOnlySpan<float> one, ReadOnlySpan<float> two)
    {
        var squares = new double[one.Length / 3];
        for (var i = 0; i < one.Length; i++)
        {
            double difference = one[i] - two[i];
            squares[i % squares.Length] += difference * difference;
        }

        Array.Sort(squares);
        return (Worst(squares, WorstShare), Worst(squares, SpotShare));
    }

    /// <summary>
    /// Root mean square difference of luma, pixel by pixel, in the worst of 128 parts of 32 x 32 blocks: what has the right mean in each block and
    /// another texture, as writing in a fine pattern has.
    /// </summary>
    public static double Texture(ReadOnlySpan<byte> one, ReadOnlySpan<byte> two, int width, int height)
    {
        var blocks = Math.Min(TextureBlocks, Math.Min(width, height) / 4);
        var squares = new double[blocks * blocks];
        for (var by = 0; by < blocks; by++)
        {
            int top = by * height / blocks, bottom = (by + 1) * height / blocks;
            for (var bx = 0; bx < blocks; bx++)
            {
                int left = bx * width / blocks, right = (bx + 1) * width / blocks;
                long sum = 0;
                for (var y = top; y < bottom; y++)
                {
                    for (var x = left; x < right; x++)
                    {
                        var difference = one[(y * width) + x] - two[(y * width) + x];
                        sum += difference * difference;
                    }
                }

                squares[(by * blocks) + bx] = sum / (double)((bottom - top) * (right - left));
            }
        }

        Array.Sort(squares);
        return Worst(squares, TextureShare);
    }

    /// <summary>Sum of squared differences between neighbouring pixels of luma: the amount of detail.</summary>
    public static double Detail(ReadOnlySpan<byte> i420, int width, int height)
    {
        long sum = 0;
        for (var y = 0; y < height - 1; y++)
        {
            for (var x = 0; x < width - 1; x++)
            {
                var at = (y * width) + x;
                int across = i420[at + 1] - i420[at], down = i420[at + width] - i420[at];
                sum += (across * across) + (down * down);
            }
        }

        return sum;
    }

    private static double Worst(double[] ascending, int share) =>
        Math.Sqrt(ascending.AsSpan(ascending.Length - Math.Max(1, ascending.Length / share)).ToArray().Average());

    private static void Average(ReadOnlySpan<byte> plane, Span<float> means, int width, int height, int blocks)
    {
        for (var by = 0; by < blocks; by++)
        {
            int top = by * height / blocks, bottom = (by + 1) * height / blocks;
            for (var bx = 0; bx < blocks; bx++)
            {
                int left = bx * width / blocks, right = (bx + 1) * width / blocks;
                var sum = 0;
                for (var y = top; y < bottom; y++)
                {
                    foreach (var value in plane.Slice((y * width) + left, right - left))
                        sum += value;
                }

                means[(by * blocks) + bx] = sum / (float)((bottom - top) * (right - left));
            }
        }
    }
}
