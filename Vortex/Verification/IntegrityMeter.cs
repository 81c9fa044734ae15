using Nsn.Media;
using Nsn.Vortex.Media;
using Nsn.Vortex.Voice;

namespace Nsn.Vortex.Verification;

/// <summary>Measures what a clip shows and sounds like, from decoded frames and samples alone.</summary>
internal static class IntegrityMeter
{
    /// <summary>Frames that differ by less than this many levels on average are the same picture.</summary>
    private const double StillLevel = .04;

    public static IntegrityChecks Measure(DecodedClip clip, bool speech)
    {
        var pixels = clip.Width * clip.Height;
        var edge = Math.Min(clip.Width, clip.Height);
        int left = (clip.Width - edge) / 2, top = (clip.Height - edge) / 2;
        var changes = new double[Math.Max(0, clip.Frames.Count - 1)];
        var mouth = new double[changes.Length];
        double brightness = 0, contrast = 0;
        for (var i = 0; i < clip.Frames.Count; i++)
        {
            var (mean, deviation) = Moments(clip.Frames[i].AsSpan(0, pixels));
            brightness += mean / clip.Frames.Count;
            contrast += deviation / clip.Frames.Count;
            if (i == 0)
                continue;
            changes[i - 1] = Change(clip.Frames[i - 1], clip.Frames[i], clip.Width, 0, 0, clip.Width, clip.Height);

            // Presenters stand in the middle; the lower face is in the middle third, around half of the height.
            mouth[i - 1] = Change(
                clip.Frames[i - 1], clip.Frames[i], clip.Width, left + (edge * 3 / 8), top + (edge * 9 / 20), left + (edge * 5 / 8), top + (edge * 7 / 10));
        }

        return new IntegrityChecks
        {
            Motion = changes.Length == 0 ? 0 : changes.Average(),
            LongestStill = LongestStill(changes) / (double)clip.FramesPerSecond,
            Brightness = brightness,
            Contrast = contrast,
            LoudnessDecibel = QuietestSecond(clip.Samples),
            MouthSync = speech ? MouthSync(mouth, clip) : double.NaN,
            LargestChange = changes.Length == 0 ? 0 : changes.Max(),
        };
    }

    private static (double Mean, double Deviation) Moments(ReadOnlySpan<byte> luma)
    {
        long sum = 0, squares = 0;
        foreach (var value in luma)
        {
            sum += value;
            squares += value * value;
        }

        var mean = (double)sum / luma.Length;
        return (mean, Math.Sqrt(Math.Max(0, ((double)squares / luma.Length) - (mean * mean))));
    }

    private static double Change(byte[] before, byte[] after, int stride, int left, int top, int right, int bottom)
    {
        long sum = 0;
        for (var y = top; y < bottom; y++)
        {
            var a = before.AsSpan((y * stride) + left, right - left);
            var b = after.AsSpan((y * stride) + left, right - left);
            for (var x = 0; x < a.Length; x++)
                sum += Math.Abs(a[x] - b[x]);
        }

        return (double)sum / ((right - left) * (bottom - top));
    }

    private static int LongestStill(double[] changes)
    {
        int longest = 0, run = 0;
        foreach (var change in changes)
        {
            run = change < StillLevel ? run + 1 : 0;
            longest = Math.Max(longest, run);
        }

        return longest;
    }

    private static double QuietestSecond(float[] samples)
    {
        var quietest = double.PositiveInfinity;
        for (var from = 0; from + SoundFormat.SampleRate <= samples.Length; from += SoundFormat.SampleRate)
        {
            double sum = 0;
            foreach (var sample in samples.AsSpan(from, SoundFormat.SampleRate))
                sum += sample * sample;
            quietest = Math.Min(quietest, sum / SoundFormat.SampleRate);
        }

        return 10 * Math.Log10(Math.Max(1e-12, double.IsInfinity(quietest) ? 0 : quietest));
    }

    private static double MouthSync(double[] mouth, DecodedClip clip)
    {
        var envelope = SoundTrackBuilder.Envelope(clip.Samples);
        var best = -1.0;
        for (var lag = -1; lag <= 1; lag++)
        {
            var levels = new double[mouth.Length];
            for (var i = 0; i < mouth.Length; i++)
            {
                var time = (i + 1.0 + lag) / clip.FramesPerSecond;
                var from = Math.Clamp((int)((time - .08) * SoundTrack.EnvelopeRate), 0, envelope.Length - 1);
                var to = Math.Clamp((int)((time + .08) * SoundTrack.EnvelopeRate), from, envelope.Length - 1);
                levels[i] = envelope.AsSpan(from, to - from + 1).ToArray().Average();
            }

            best = Math.Max(best, Correlation(mouth, levels));
        }

        return best;
    }

    internal static double Correlation(double[] one, double[] two)
    {
        if (one.Length < 2)
            return 0;
        double meanOne = one.Average(), meanTwo = two.Average();
        double product = 0, squaresOne = 0, squaresTwo = 0;
        for (var i = 0; i < one.Length; i++)
        {
            product += (one[i] - meanOne) * (two[i] - meanTwo);
            squaresOne += (one[i] - meanOne) * (one[i] - meanOne);
            squaresTwo += (two[i] - meanTwo) * (two[i] - meanTwo);
        }

        return squaresOne == 0 || squaresTwo == 0 ? 0 : product / Math.Sqrt(squaresOne * squaresTwo);
    }
}
