using System.Numerics.Tensors;
using Nsn.Media;

namespace Nsn.Vortex.Verification;

/// <summary>Whether a sound comes when it should: the levels that <see cref="SoundDistance"/> compares hardly change when it comes a tenth of a second late.</summary>
internal static class SoundAlignment
{
    private const int Decimation = 12;
    private const int Rate = SoundFormat.SampleRate / Decimation;
    private const int Tolerance = Rate / 100;
    private const int Farthest = Rate * 2 / 5;
    private const double Quiet = 1e-5; // mean power, -50 dB

    /// <summary>
    /// By how much the correlation with the made sound is better somewhere within 0.4 s than within 10 ms of the place where it should be best, in the
    /// second where that is most; at most 0 for a sound that is where it should be, encoded however coarsely.
    /// </summary>
    public static double Shift(ReadOnlySpan<float> published, ReadOnlySpan<float> made)
    {
        var one = Decimate(published);
        var two = new float[one.Length + (2 * Farthest)];
        var decimated = Decimate(made);
        decimated.AsSpan(0, Math.Min(decimated.Length, one.Length)).CopyTo(two.AsSpan(Farthest));
        var worst = double.NegativeInfinity;
        for (var from = 0; from + Rate <= one.Length; from += Rate)
        {
            var window = one.AsSpan(from, Rate);
            if (TensorPrimitives.SumOfSquares<float>(window) < Quiet * Rate)
                continue;
            double here = -1, elsewhere = -1;
            for (var lag = -Farthest; lag <= Farthest; lag++)
            {
                var other = two.AsSpan(from + Farthest + lag, Rate);
                var correlation = Pipeline.Embeddings.Cosine(window, other);
                if (Math.Abs(lag) <= Tolerance)
                    here = Math.Max(here, correlation);
                else
                    elsewhere = Math.Max(elsewhere, correlation);
            }

            worst = Math.Max(worst, elsewhere - here);
        }

        return double.IsNegativeInfinity(worst) ? 0 : worst;
    }

    private static float[] Decimate(ReadOnlySpan<float> samples)
    {
        var result = new float[samples.Length / Decimation];
        for (var i = 0; i < result.Length; i++)
            result[i] = TensorPrimitives.Sum<float>(samples.Slice(i * Decimation, Decimation)) / Decimation;
        return result;
    }
}
