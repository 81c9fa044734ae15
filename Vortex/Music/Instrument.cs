using Nsn.Media;

namespace Nsn.Vortex.Music;

/// <summary>A timbre by additive synthesis: partials, how they begin and how they end. All instruments are equally strong at the same gain.</summary>
internal sealed class Instrument
{
    private const double HertzMax = 7000; // above it a bed hisses
    private const double RingSecondsMax = 1.8;

    private readonly Partial[] _partials;
    private readonly double _attackPerSample;
    private readonly double _releasePerSample;
    private readonly double _decaySeconds;

    private Instrument(string name, double attackSeconds, double releaseSeconds, params Partial[] partials)
    {
        Name = name;
        _attackPerSample = 1 / (attackSeconds * SoundFormat.SampleRate);
        _releasePerSample = 1 / (releaseSeconds * SoundFormat.SampleRate);
        _decaySeconds = partials.Max(partial => partial.DecaySeconds);
        var strength = Math.Sqrt(partials.Sum(partial => partial.Level * partial.Level));
        _partials = [.. partials.Select(partial => partial with { Level = partial.Level / strength })];
    }

    /// <summary>Instruments that hold a chord.</summary>
    public static IReadOnlyList<Instrument> Pads { get; } =
    [
        new("warm", .35, .5, new(1, 1), new(2.003, .35), new(2.997, .12)),
        new("organ", .08, .15, new(1, .8), new(2, .6), new(3, .3), new(4, .25), new(6, .1)),
        new("strings", .3, .4, new(.998, .6), new(1.002, .6), new(2.001, .45), new(2.996, .3), new(4.01, .2), new(5, .12)),
        new("glass", .4, .6, new(1, 1), new(2, .1), new(4.01, .14)),
        new("reed", .12, .2, new(1, 1), new(3, .33), new(5, .16), new(7, .07)),
        new("choir", .25, .4, new(.997, .5), new(1, .6), new(1.003, .5), new(2, .4), new(3, .12)),
    ];

    /// <summary>Instruments that play the notes of a chord one after another.</summary>
    public static IReadOnlyList<Instrument> Leads { get; } =
    [
        new("bell", .005, .1, new(1, 1, .9), new(2.76, .3, .45), new(5.4, .1, .2)),
        new("music box", .003, .1, new(1, 1, .6), new(3, .2, .25), new(6.27, .08, .12)),
        new("harp", .004, .1, new(1, 1, .7), new(2, .5, .4), new(3, .28, .25), new(4, .15, .18)),
        new("kalimba", .003, .1, new(1, 1, .45), new(2, .1, .3), new(5.8, .12, .06)),
        new("marimba", .003, .1, new(1, 1, .3), new(3.93, .22, .1), new(9.2, .05, .04)),
        new("electric piano", .004, .15, new(1, 1, 1), new(2, .3, .7), new(3, .1, .4), new(7, .06, .08)),
        new("flute", .06, .08, new(1, 1), new(2, .18), new(3, .06)),
    ];

    /// <summary>What a person calls it.</summary>
    public string Name { get; }

    /// <summary>How long a note of so many samples is heard: what is plucked rings on, what is blown ends a little after its time.</summary>
    public int RingSamples(int noteSamples) => double.IsInfinity(_decaySeconds)
        ? noteSamples + (int)(1 / _releasePerSample)
        : (int)(Math.Min(RingSecondsMax, 4 * _decaySeconds) * SoundFormat.SampleRate);

    /// <summary>Adds a note to a sound; what lies beyond its end is left out.</summary>
    /// <param name="sound">48 kHz mono.</param>
    /// <param name="start">First sample.</param>
    /// <param name="length">Samples until the tone has ended.</param>
    /// <param name="hertz">Frequency.</param>
    /// <param name="gain">Amplitude.</param>
    public void Play(Span<float> sound, int start, int length, double hertz, double gain)
    {
        var count = Math.Min(length, sound.Length - start);
        foreach (var partial in _partials)
        {
            if (hertz * partial.Ratio > HertzMax)
                continue;

            // A turning pointer: a product for each sample in place of a sine.
            var angle = 2 * Math.PI * hertz * partial.Ratio / SoundFormat.SampleRate;
            var shrink = Math.Exp(-1 / (partial.DecaySeconds * SoundFormat.SampleRate));
            var (turnReal, turnImaginary) = (shrink * Math.Cos(angle), shrink * Math.Sin(angle));
            var (real, imaginary) = (gain * partial.Level, 0.0);
            for (var i = 0; i < count; i++)
            {
                var envelope = Math.Min(1, Math.Min(i * _attackPerSample, (length - i) * _releasePerSample));
                sound[start + i] += (float)(envelope * imaginary);
                (real, imaginary) = ((real * turnReal) - (imaginary * turnImaginary), (real * turnImaginary) + (imaginary * turnReal));
            }
        }
    }
}
