namespace Nsn.Vortex.Voice;

/// <summary>Changes the sample rate by a ratio of whole numbers with a windowed sinc, one filter per phase.</summary>
public static class Resampler
{
    private const int HalfTaps = 16;

    /// <summary>Resamples mono sound; the result has ceil(length x to / from) samples.</summary>
    public static float[] Resample(ReadOnlySpan<float> samples, int from, int to)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(from, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(to, 1);
        if (from == to)
            return samples.ToArray();
        var divisor = (int)System.Numerics.BigInteger.GreatestCommonDivisor(from, to);
        int up = to / divisor, down = from / divisor;
        var cutoff = Math.Min(1.0, (double)to / from) * .97;
        var reach = (int)Math.Ceiling(HalfTaps / cutoff);
        var filters = new float[up][];
        for (var phase = 0; phase < up; phase++)
            filters[phase] = Filter((double)phase / up, cutoff, reach);

        var output = new float[(int)((((long)samples.Length * up) + down - 1) / down)];
        for (var i = 0; i < output.Length; i++)
        {
            var position = (long)i * down;
            var center = (int)(position / up);
            var filter = filters[position % up];
            var first = center - reach + 1;
            double sum = 0;
            for (var k = Math.Max(0, -first); k < filter.Length && first + k < samples.Length; k++)
                sum += samples[first + k] * filter[k];
            output[i] = (float)sum;
        }

        return output;
    }

    private static float[] Filter(double fraction, double cutoff, int reach)
    {
        var filter = new float[2 * reach];
        double total = 0;
        for (var k = 0; k < filter.Length; k++)
        {
            var x = k - reach + 1 - fraction;
            var window = .42 + (.5 * Math.Cos(Math.PI * x / reach)) + (.08 * Math.Cos(2 * Math.PI * x / reach));
            var sinc = x == 0 ? cutoff : Math.Sin(Math.PI * cutoff * x) / (Math.PI * x);
            filter[k] = (float)(sinc * Math.Max(0, window));
            total += filter[k];
        }

        for (var k = 0; k < filter.Length; k++)
            filter[k] = (float)(filter[k] / total);
        return filter;
    }
}
