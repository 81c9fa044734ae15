using Nsn.Media;

namespace Nsn.Vortex.Voice;

/// <summary>A soft bed of music from a seed: a slow chord progression of warm tones with sparse bells, so that no clip is mute.</summary>
public static class BackgroundBed
{
    // Semitones above the root of four chords each; the emotion chooses the family.
    private static readonly int[][][] s_bright = [[[0, 4, 7, 11], [9, 12, 16, 19], [5, 9, 12, 16], [7, 11, 14, 17]], [[0, 4, 7, 14], [5, 9, 12, 19], [9, 12, 16, 23], [7, 11, 14, 21]]];
    private static readonly int[][][] s_dark = [[[0, 3, 7, 10], [8, 12, 15, 19], [3, 7, 10, 14], [10, 14, 17, 20]], [[0, 3, 7, 14], [5, 8, 12, 15], [8, 12, 15, 22], [7, 10, 14, 17]]];

    /// <summary>Synthesises 48 kHz mono music of peak about 0.5.</summary>
    /// <param name="seed">Chooses key, chords and melody.</param>
    /// <param name="emotion">Sad, angry and fearful clips get minor chords.</param>
    /// <param name="sampleCount">Length in samples.</param>
    public static float[] Synthesise(ClipSeed seed, string emotion, int sampleCount)
    {
        var random = new SeededRandom(seed.Derive("bed"));
        var families = emotion is "sad" or "angry" or "fearful" ? s_dark : s_bright;
        var chords = families[random.Next(families.Length)];
        var root = 110 * Math.Pow(2, random.Next(8) / 12.0);
        var chordSamples = (int)(SoundFormat.SampleRate * (2.2 + (.8 * random.NextDouble())));
        var bed = new float[sampleCount];
        for (var start = 0; start < sampleCount; start += chordSamples)
        {
            var chord = chords[start / chordSamples % chords.Length];
            foreach (var note in chord)
                Pad(bed, start, chordSamples * 5 / 4, root * Math.Pow(2, note / 12.0));
            for (var beat = 0; beat < 4; beat++)
            {
                if (random.NextDouble() < .55)
                    Bell(bed, start + (beat * chordSamples / 4), root * 4 * Math.Pow(2, chord[random.Next(chord.Length)] / 12.0));
            }
        }

        Fade(bed);
        return bed;
    }

    private static void Pad(float[] bed, int start, int length, double frequency)
    {
        var step = 2 * Math.PI * frequency / SoundFormat.SampleRate;
        var attack = length / 4.0;
        for (var i = 0; i < length && start + i < bed.Length; i++)
        {
            var envelope = Math.Min(1, Math.Min(i / attack, (length - i) / attack));
            var phase = step * i;
            bed[start + i] += (float)(.055 * envelope * (Math.Sin(phase) + (.35 * Math.Sin((2.003 * phase) + .4)) + (.12 * Math.Sin((2.997 * phase) + 1))));
        }
    }

    private static void Bell(float[] bed, int start, double frequency)
    {
        var step = 2 * Math.PI * frequency / SoundFormat.SampleRate;
        const int length = SoundFormat.SampleRate;
        for (var i = 0; i < length && start + i < bed.Length; i++)
        {
            var envelope = Math.Exp(-i / 9000.0) * Math.Min(1, i / 240.0);
            bed[start + i] += (float)(.045 * envelope * (Math.Sin(step * i) + (.3 * Math.Sin(2.76 * step * i))));
        }
    }

    private static void Fade(float[] bed)
    {
        var length = Math.Min(bed.Length / 4, SoundFormat.SampleRate / 3);
        for (var i = 0; i < length; i++)
        {
            var gain = (float)i / length;
            bed[i] *= gain;
            bed[^(i + 1)] *= gain;
        }
    }
}
