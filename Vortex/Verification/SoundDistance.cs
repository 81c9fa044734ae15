using System.Numerics;
using Nsn.Media;

namespace Nsn.Vortex.Verification;

/// <summary>Compares two sounds by the levels of 16 bands from 100 Hz to 8 kHz every 20 ms, which a good encoder keeps and other sounds do not.</summary>
public static class SoundDistance
{
    private const int WindowSamples = 2048;
    private const int Bands = 16;
    private const double LowestHertz = 100;
    private const double HighestHertz = 8000;
    private const double FloorDecibel = -55;

    /// <summary>Mean absolute difference of band levels in the second where it is largest, in decibel.</summary>
    public static double Between(ReadOnlySpan<float> one, ReadOnlySpan<float> two)
    {
        var length = Math.Min(one.Length, two.Length);
        var worst = 0.0;
        var a = Levels(one[..length]);
        var b = Levels(two[..length]);
        for (var from = 0; from < a.Length; from += SoundFormat.PacketsPerSecond)
        {
            var to = Math.Min(a.Length, from + SoundFormat.PacketsPerSecond);
            if (to - from < SoundFormat.PacketsPerSecond / 2)
                break;
            double sum = 0;
            for (var i = from; i < to; i++)
            {
                for (var band = 0; band < Bands; band++)
                    sum += Math.Abs(a[i][band] - b[i][band]);
            }

            worst = Math.Max(worst, sum / ((to - from) * Bands));
        }

        return worst;
    }

    private static double[][] Levels(ReadOnlySpan<float> samples)
    {
        var frames = new double[samples.Length / SoundFormat.FrameSamples][];
        var spectrum = new Complex[WindowSamples];
        for (var i = 0; i < frames.Length; i++)
        {
            var start = (i * SoundFormat.FrameSamples) + (SoundFormat.FrameSamples / 2) - (WindowSamples / 2);
            for (var k = 0; k < WindowSamples; k++)
            {
                var at = start + k;
                var window = .5 - (.5 * Math.Cos(2 * Math.PI * k / WindowSamples));
                spectrum[k] = at >= 0 && at < samples.Length ? samples[at] * window : 0;
            }

            Fourier(spectrum);
            frames[i] = new double[Bands];
            for (var band = 0; band < Bands; band++)
            {
                int from = Bin(band), to = Math.Max(from + 1, Bin(band + 1));
                double power = 0;
                for (var bin = from; bin < to; bin++)
                    power += (spectrum[bin].Real * spectrum[bin].Real) + (spectrum[bin].Imaginary * spectrum[bin].Imaginary);
                frames[i][band] = Math.Max(FloorDecibel, 10 * Math.Log10(Math.Max(1e-12, power / (WindowSamples * (double)WindowSamples / 16))));
            }
        }

        return frames;
    }

    private static int Bin(int band) =>
        (int)Math.Round(LowestHertz * Math.Pow(HighestHertz / LowestHertz, band / (double)Bands) * WindowSamples / SoundFormat.SampleRate);

    // Cooley and Tukey, radix 2, in place.
    internal static void Fourier(Span<Complex> values)
    {
        var count = values.Length;
        for (int i = 1, j = 0; i < count; i++)
        {
            var bit = count >> 1;
            for (; (j & bit) != 0; bit >>= 1)
                j ^= bit;
            j ^= bit;
            if (i < j)
                (values[i], values[j]) = (values[j], values[i]);
        }

        for (var length = 2; length <= count; length <<= 1)
        {
            var root = Complex.FromPolarCoordinates(1, -2 * Math.PI / length);
            for (var from = 0; from < count; from += length)
            {
                var factor = Complex.One;
                for (var k = 0; k < length / 2; k++)
                {
                    var even = values[from + k];
                    var odd = values[from + k + (length / 2)] * factor;
                    values[from + k] = even + odd;
                    values[from + k + (length / 2)] = even - odd;
                    factor *= root;
                }
            }
        }
    }
}
