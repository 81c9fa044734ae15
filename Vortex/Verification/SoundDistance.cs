using System.Numerics;
using Nsn.Media;

namespace Nsn.Vortex.Verification;

/// <summary>
/// Compares two sounds by the levels of 46 bands from 100 Hz to 8 kHz, twenty times a second: thirds of an octave, and semitones from
/// 200 Hz to 1.6 kHz, where the tones of music are told apart. A good encoder keeps these levels, other sounds do not.
/// </summary>
public static class SoundDistance
{
    private const int WindowSamples = 8192;
    private const int StepsPerSecond = 20;
    private const int StepSamples = SoundFormat.SampleRate / StepsPerSecond;
    private const int BandsCounted = 6;
    private const double FloorDecibel = -60; // below it lies an encoder's own noise
    private static readonly (int From, int To)[] s_bands = [.. Bands(100, 200, 3), .. Bands(200, 1600, 12), .. Bands(1600, 8000, 3)];
    private const int AddedSteps = StepsPerSecond / 5;
    private const double AddedFloorDecibel = -50;
    private static readonly (int From, int To)[] s_allBands = [.. s_bands, .. Bands(23.4375, 100, .5), .. Bands(8000, 20160, 3)];
    private static readonly double[] s_window = [.. Enumerable.Range(0, WindowSamples).Select(k => .5 - (.5 * Math.Cos(2 * Math.PI * k / WindowSamples)))];
    private static readonly Complex[] s_roots = [.. Enumerable.Range(0, WindowSamples / 2).Select(k => Complex.FromPolarCoordinates(1, -2 * Math.PI * k / WindowSamples))];

    /// <summary>
    /// Mean absolute difference of the six band levels that differ most, in the second where it is largest, in decibel. A few bands, because
    /// music beneath a voice is heard in a few only, and the mean of all would hide that it is another one.
    /// </summary>
    public static double Between(ReadOnlySpan<float> one, ReadOnlySpan<float> two) => Compare(one, two).Distance;

    /// <summary>
    /// <see cref="Between"/>, and by how much the published sound exceeds the made one, in decibel, in the band and the fifth of a second where that
    /// is most: a tone beside the bands that speech and music fill, or one that is short, hardly moves the mean. What is missing is not counted,
    /// because an encoder leaves out what is soft or high.
    /// </summary>
    internal static (double Distance, double Added) Compare(ReadOnlySpan<float> published, ReadOnlySpan<float> made)
    {
        var length = Math.Min(published.Length, made.Length);
        var levels = Levels(published[..length], made[..length]);
        return (Distance(levels), Added(levels));
    }

    private static double Distance((double[] One, double[] Two)[] levels)
    {
        var worst = 0.0;
        for (var from = 0; from < levels.Length; from += StepsPerSecond)
        {
            var second = levels.AsSpan(from, Math.Min(StepsPerSecond, levels.Length - from));
            if (second.Length < StepsPerSecond / 2)
                break;
            var sums = new double[s_bands.Length];
            foreach (var (one, two) in second)
            {
                for (var band = 0; band < sums.Length; band++)
                    sums[band] += Math.Abs(Math.Max(FloorDecibel, one[band]) - Math.Max(FloorDecibel, two[band]));
            }

            worst = Math.Max(worst, sums.OrderDescending().Take(BandsCounted).Sum() / (second.Length * BandsCounted));
        }

        return worst;
    }

    private static double Added((double[] One, double[] Two)[] levels)
    {
        var worst = 0.0;
        for (var from = 0; from + AddedSteps <= levels.Length; from++)
        {
            for (var band = 0; band < s_allBands.Length; band++)
            {
                var sum = 0.0;
                foreach (var (one, two) in levels.AsSpan(from, AddedSteps))
                    sum += Math.Max(AddedFloorDecibel, one[band]) - Math.Max(AddedFloorDecibel, two[band]);
                worst = Math.Max(worst, sum / AddedSteps);
            }
        }

        return worst;
    }

    /// <summary>Per step the levels of all bands of both sounds, in decibel.</summary>
    private static (double[] One, double[] Two)[] Levels(ReadOnlySpan<float> one, ReadOnlySpan<float> two)
    {
        var steps = new (double[] One, double[] Two)[one.Length / StepSamples];
        var spectrum = new Complex[WindowSamples];
        for (var i = 0; i < steps.Length; i++)
        {
            // Both sounds in one transform: the one is the real part, the other the imaginary part.
            var start = (i * StepSamples) + (StepSamples / 2) - (WindowSamples / 2);
            for (var k = 0; k < WindowSamples; k++)
            {
                var at = start + k;
                spectrum[k] = at >= 0 && at < one.Length ? new Complex(one[at] * s_window[k], two[at] * s_window[k]) : Complex.Zero;
            }

            Fourier(spectrum);
            steps[i] = (new double[s_allBands.Length], new double[s_allBands.Length]);
            for (var band = 0; band < s_allBands.Length; band++)
            {
                double first = 0, second = 0;
                for (var bin = s_allBands[band].From; bin < s_allBands[band].To; bin++)
                {
                    var (value, mirrored) = (spectrum[bin], Complex.Conjugate(spectrum[WindowSamples - bin]));
                    first += Power(value + mirrored);
                    second += Power(value - mirrored);
                }

                (steps[i].One[band], steps[i].Two[band]) = (Level(first / 4), Level(second / 4));
            }
        }

        return steps;

        static double Power(Complex value) => (value.Real * value.Real) + (value.Imaginary * value.Imaginary);

        static double Level(double power) => 10 * Math.Log10(Math.Max(1e-12, power / (WindowSamples * (double)WindowSamples / 16)));
    }

    /// <summary>Bands of equal width on a scale of octaves, as ranges of bins; each has one bin at least.</summary>
    private static IEnumerable<(int From, int To)> Bands(double lowestHertz, double highestHertz, double perOctave)
    {
        var count = (int)Math.Round(Math.Log2(highestHertz / lowestHertz) * perOctave);
        for (var band = 0; band < count; band++)
        {
            var from = Bin(band);
            yield return (from, Math.Max(from + 1, Bin(band + 1)));
        }

        int Bin(int band) => (int)Math.Round(lowestHertz * Math.Pow(highestHertz / lowestHertz, band / (double)count) * WindowSamples / SoundFormat.SampleRate);
    }

    // Cooley and Tukey, radix 2, in place.
    private static void Fourier(Span<Complex> values)
    {
        for (int i = 1, j = 0; i < WindowSamples; i++)
        {
            var bit = WindowSamples >> 1;
            for (; (j & bit) != 0; bit >>= 1)
                j ^= bit;
            j ^= bit;
            if (i < j)
                (values[i], values[j]) = (values[j], values[i]);
        }

        for (var length = 2; length <= WindowSamples; length <<= 1)
        {
            var stride = WindowSamples / length;
            for (var from = 0; from < WindowSamples; from += length)
            {
                for (var k = 0; k < length / 2; k++)
                {
                    var even = values[from + k];
                    var odd = values[from + k + (length / 2)] * s_roots[k * stride];
                    values[from + k] = even + odd;
                    values[from + k + (length / 2)] = even - odd;
                }
            }
        }
    }
}
