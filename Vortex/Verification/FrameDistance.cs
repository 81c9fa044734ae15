namespace Nsn.Vortex.Verification;

/// <summary>Compares a published frame with one that was made again, so that coding noise hardly counts and a changed detail does.</summary>
public static class FrameDistance
{
    private const int Blocks = 64;
    private const int WorstShare = 20;

    /// <summary>
    /// Root mean square difference of block means of luma and chroma over the worst twentieth of 64 x 64 blocks, 0 to 255: coding noise
    /// averages out within a block, and a changed detail fills the worst ones.
    /// </summary>
    public static double Between(ReadOnlySpan<byte> one, ReadOnlySpan<byte> two, int width, int height)
    {
        var blocks = Math.Min(Blocks, Math.Min(width, height) / 2);
        var squares = new double[blocks * blocks];
        var luma = width * height;
        Add(squares, one[..luma], two[..luma], width, height, blocks);
        Add(squares, one.Slice(luma, luma / 4), two.Slice(luma, luma / 4), width / 2, height / 2, blocks);
        Add(squares, one[(luma * 5 / 4)..], two[(luma * 5 / 4)..], width / 2, height / 2, blocks);
        Array.Sort(squares);
        return Math.Sqrt(squares.AsSpan(squares.Length - (squares.Length / WorstShare)).ToArray().Average());
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

    private static void Add(double[] squares, ReadOnlySpan<byte> one, ReadOnlySpan<byte> two, int width, int height, int blocks)
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
                    for (var x = left; x < right; x++)
                        sum += one[(y * width) + x] - two[(y * width) + x];
                }

                var mean = sum / (double)((bottom - top) * (right - left));
                squares[(by * blocks) + bx] += mean * mean;
            }
        }
    }
}
