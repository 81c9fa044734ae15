using Nsn.Media;

namespace Nsn.Vortex.Voice;

/// <summary>Loudness after ITU-R BS.1770-4: K-weighting, blocks of 400 ms that overlap by 75 %, gated at -70 LUFS and 10 LU below the mean.</summary>
public static class Loudness
{
    private const double AbsoluteGate = -70;
    private const double RelativeGate = -10;

    /// <summary>Integrated loudness of 48 kHz mono sound in LUFS; negative infinity for silence.</summary>
    public static double Measure(ReadOnlySpan<float> samples)
    {
        const int step = SoundFormat.SampleRate / 10;
        var weighted = Weight(samples);
        var steps = new double[weighted.Length / step];
        for (var i = 0; i < steps.Length; i++)
        {
            double sum = 0;
            foreach (var value in weighted.AsSpan(i * step, step))
                sum += value * value;
            steps[i] = sum / step;
        }

        var blocks = new List<double>();
        for (var i = 0; i + 4 <= steps.Length; i++)
            blocks.Add((steps[i] + steps[i + 1] + steps[i + 2] + steps[i + 3]) / 4);
        var loud = blocks.Where(power => Level(power) > AbsoluteGate).ToArray();
        if (loud.Length == 0)
            return double.NegativeInfinity;
        var gate = Level(loud.Average()) + RelativeGate;
        return Level(loud.Where(power => Level(power) > gate).Average());
    }

    /// <summary>Brings sound to <paramref name="targetLufs"/> without any sample above <paramref name="peak"/>; silence stays silent.</summary>
    public static void Normalise(Span<float> samples, double targetLufs, float peak = .89f)
    {
        var loudness = Measure(samples);
        if (double.IsNegativeInfinity(loudness))
            return;
        var gain = (float)Math.Pow(10, (targetLufs - loudness) / 20);
        for (var i = 0; i < samples.Length; i++)
        {
            // Soft knee above half of the peak, so that a loud consonant does not pull the whole speech down.
            var value = samples[i] * gain;
            var size = Math.Abs(value);
            var knee = peak / 2;
            samples[i] = size <= knee ? value : Math.Sign(value) * (knee + ((peak - knee) * (float)Math.Tanh((size - knee) / (peak - knee))));
        }
    }

    private static double Level(double power) => -0.691 + (10 * Math.Log10(power));

    // The two filters of BS.1770-4, tables 1 and 2, for 48 kHz.
    private static double[] Weight(ReadOnlySpan<float> samples)
    {
        var result = new double[samples.Length];
        double x1 = 0, x2 = 0, y1 = 0, y2 = 0, z1 = 0, z2 = 0;
        for (var i = 0; i < samples.Length; i++)
        {
            double x = samples[i];
            var y = (1.53512485958697 * x) - (2.69169618940638 * x1) + (1.19839281085285 * x2) + (1.69065929318241 * y1) - (0.73248077421585 * y2);
            var z = y - (2 * y1) + y2 + (1.99004745483398 * z1) - (0.99007225036621 * z2);
            (x2, x1) = (x1, x);
            (y2, y1) = (y1, y);
            (z2, z1) = (z1, z);
            result[i] = z;
        }

        return result;
    }
}
