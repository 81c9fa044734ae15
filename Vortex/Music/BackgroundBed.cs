using Nsn.Media;

namespace Nsn.Vortex.Music;

/// <summary>
/// A soft bed of music from a seed, so that no clip is mute: chords that are held, a lead that plays their tones one after another, and now
/// and then a bass. The seed chooses key, scale, tempo, chords, pattern and instruments; see <see cref="BedStyle"/>.
/// </summary>
public static class BackgroundBed
{
    private const double PadGain = .06;
    private const double BassGain = .05;
    private const int BassLowest = 40; // MIDI; small loudspeakers give less of what lies below
    private static readonly Instrument s_bass = Instrument.Pads[0];

    /// <summary>Synthesises 48 kHz mono music of a moderate level. The same arguments give the same samples.</summary>
    /// <param name="seed">Chooses the style.</param>
    /// <param name="emotion">Sad, angry and fearful clips get dark scales; the tempo follows as well.</param>
    /// <param name="sampleCount">Length in samples.</param>
    public static float[] Synthesise(ClipSeed seed, string emotion, int sampleCount)
    {
        var style = BedStyle.Draw(new SeededRandom(seed.Derive("bed")), emotion);
        var bed = new float[sampleCount];
        var beat = (int)(SoundFormat.SampleRate * 60 / style.BeatsPerMinute);
        for (int start = 0, chord = 0; start < sampleCount; start += beat * style.BeatsPerChord, chord++)
        {
            var step = style.Progression[chord % style.Progression.Count];
            var tones = Gather(style, step);
            Pad(bed, style, start, beat, tones);
            Lead(bed, style, start, beat, tones);
            if (style.HasBass)
            {
                var root = Above(BassLowest, style.Key + style.Scale.At(step));
                s_bass.Play(bed, start, beat * style.BeatsPerChord, Hertz(root), BassGain);
            }
        }

        Fade(bed);
        return bed;
    }

    /// <summary>The tones of a chord as MIDI numbers within an octave of the register, from low to high.</summary>
    internal static int[] Gather(BedStyle style, int step) =>
        [.. style.Chord.Select(tone => Above(style.Register, style.Key + style.Scale.At(step + tone))).Distinct().Order()];

    private static void Pad(float[] bed, BedStyle style, int start, int beat, int[] tones)
    {
        var (times, length) = style.IsPulsed ? (style.BeatsPerChord, beat) : (1, beat * style.BeatsPerChord);
        for (var i = 0; i < times && start + (i * length) < bed.Length; i++)
        {
            // A quarter longer than its time, so that a chord gives way to the next.
            foreach (var tone in tones)
                style.Pad.Play(bed, start + (i * length), length * 5 / 4, Hertz(tone), PadGain);
        }
    }

    private static void Lead(float[] bed, BedStyle style, int start, int beat, int[] tones)
    {
        var length = beat / style.StepsPerBeat;
        for (var i = 0; i < style.BeatsPerChord * style.StepsPerBeat && start + (i * length) < bed.Length; i++)
        {
            var place = style.Arpeggio[i % style.Arpeggio.Count];
            if (place < 0)
                continue;
            var tone = tones[place % tones.Length] + (12 * ((place / tones.Length) + style.LeadOctave));
            var accent = i % style.StepsPerBeat == 0 ? 1 : .7;
            style.Lead.Play(bed, start + (i * length), style.Lead.RingSamples(length), Hertz(tone), PadGain * style.LeadGain * accent);
        }
    }

    /// <summary>The lowest MIDI number at or above a limit of the note so many semitones above A.</summary>
    private static int Above(int lowest, int semitones) => lowest + ((((semitones + 9 - lowest) % 12) + 12) % 12);

    private static double Hertz(int midi) => 440 * Math.Pow(2, (midi - 69) / 12.0);

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
