using Nsn.Vortex.Pipeline;

namespace Nsn.Vortex.Published;

/// <summary>
/// CLIP's picture preparation, to the level what Pillow gives: bicubic so that the shorter side is 224 and the longer one is cut off to whole pixels, rounded to levels after
/// each direction; the middle square; OpenAI's mean and deviation.
/// </summary>
internal static class ClipImage
{
    public const int Size = 224;

    private const double CubicA = -.5; // Keys; what Pillow and torchvision use

    private static readonly float[] s_mean = [.48145466f, .4578275f, .40821073f];
    private static readonly float[] s_deviation = [.26862954f, .26130258f, .27577711f];

    /// <summary>Planar 3 x 224 x 224.</summary>
    public static float[] Prepare(ReadOnlySpan<byte> i420, int width, int height) => PrepareRgb(Pictures.ToRgb(i420, width, height), width, height);

    /// <summary>The same from packed RGB.</summary>
    public static float[] PrepareRgb(ReadOnlySpan<byte> rgb, int width, int height)
    {
        var edge = Math.Min(width, height);
        var columns = Weights(width, Size * width / edge);
        var rows = Weights(height, Size * height / edge);
        var planes = new float[3 * Size * Size];
        var across = new float[height * Size * 3];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < Size; x++)
            {
                var (first, weights) = columns[x];
                for (var c = 0; c < 3; c++)
                {
                    double sum = 0;
                    for (var k = 0; k < weights.Length; k++)
                        sum += weights[k] * rgb[(((y * width) + first + k) * 3) + c];
                    across[(((y * Size) + x) * 3) + c] = Level(sum);
                }
            }
        }

        for (var y = 0; y < Size; y++)
        {
            var (first, weights) = rows[y];
            for (var x = 0; x < Size; x++)
            {
                for (var c = 0; c < 3; c++)
                {
                    double sum = 0;
                    for (var k = 0; k < weights.Length; k++)
                        sum += weights[k] * across[((((first + k) * Size) + x) * 3) + c];
                    planes[(c * Size * Size) + (y * Size) + x] = ((Level(sum) / 255) - s_mean[c]) / s_deviation[c];
                }
            }
        }

        return planes;
    }

    private static float Level(double value) => (float)Math.Floor(Math.Clamp(value, 0, 255) + .5);

    // Source pixels and their weights for the middle 224 of the resized pixels; when shrinking the kernel widens, so that nothing aliases.
    private static (int First, double[] Weights)[] Weights(int length, int resized)
    {
        var scale = length / (double)resized;
        var offset = (int)Math.Round((resized - Size) / 2.0, MidpointRounding.ToEven);
        var stretch = Math.Max(1, scale);
        var result = new (int, double[])[Size];
        for (var i = 0; i < Size; i++)
        {
            var center = (i + offset + .5) * scale;
            var first = Math.Max(0, (int)Math.Floor(center - (2 * stretch) + .5));
            var end = Math.Min(length, (int)Math.Floor(center + (2 * stretch) + .5));
            var weights = new double[end - first];
            for (var k = 0; k < weights.Length; k++)
                weights[k] = Cubic((first + k + .5 - center) / stretch);
            var sum = weights.Sum();
            for (var k = 0; k < weights.Length; k++)
                weights[k] /= sum;
            result[i] = (first, weights);
        }

        return result;
    }

    private static double Cubic(double x)
    {
        x = Math.Abs(x);
        return x < 1
            ? (((CubicA + 2) * x) - (CubicA + 3)) * x * x + 1
            : x < 2 ? ((((CubicA * x) - (5 * CubicA)) * x) + (8 * CubicA)) * x - (4 * CubicA) : 0;
    }
}
