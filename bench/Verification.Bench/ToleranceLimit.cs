namespace Nsn.Verification.Bench;

/// <summary>
/// A threshold that honest clips which were not measured keep too. The worst of a few measured ones is no such threshold: of ten identities, every
/// eleventh new one is worse, and with a dozen checks every second one is rejected by some check.
/// </summary>
internal static class ToleranceLimit
{
    /// <summary>Fewest observations from which a limit is drawn.</summary>
    public const int LeastCount = 4;

    private const double Confidence = 1.6449; // 95 %

    /// <summary>
    /// The one-sided tolerance limit of normally distributed values: with a confidence of 95 % at most the share <paramref name="beyond"/> of all
    /// values lies above it (Natrella's approximation of the factor, Experimental Statistics, 2-13).
    /// </summary>
    public static double Of(double[] values, double beyond)
    {
        var (count, mean) = (values.Length, values.Average());
        var deviation = Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (count - 1));
        var z = Quantile(1 - beyond);
        var a = 1 - (Confidence * Confidence / (2.0 * (count - 1)));
        var b = (z * z) - (Confidence * Confidence / count);
        var factor = (z + Math.Sqrt((z * z) - (a * b))) / a;

        // Values that are all but equal say nothing of how far others spread.
        return mean + (factor * Math.Max(deviation, .001 * (1 + Math.Abs(mean))));
    }

    // Of the standard normal distribution, by bisection.
    private static double Quantile(double share)
    {
        double low = 0, high = 12;
        for (var i = 0; i < 80; i++)
        {
            var middle = (low + high) / 2;
            if (Upper(middle) > 1 - share)
                low = middle;
            else
                high = middle;
        }

        return low;
    }

    // Share of the standard normal distribution above a value from 0 on, by Simpson's rule; what lies 12 deviations beyond it is nothing.
    private static double Upper(double value)
    {
        const int Steps = 2000;
        const double Width = 12.0 / Steps;
        double Density(double at) => Math.Exp(-at * at / 2) / Math.Sqrt(2 * Math.PI);
        var sum = Density(value) + Density(value + 12);
        for (var i = 1; i < Steps; i++)
            sum += Density(value + (i * Width)) * (i % 2 == 0 ? 2 : 4);
        return sum * Width / 3;
    }
}
