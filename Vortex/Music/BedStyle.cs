namespace Nsn.Vortex.Music;

/// <summary>What a seed chooses of the music beneath a clip, within what the emotion allows.</summary>
internal sealed record BedStyle
{
    // Steps of the scale on which the chords stand.
    private static readonly int[][] s_brightProgressions =
        [[0, 4, 5, 3], [0, 5, 3, 4], [3, 0, 4, 5], [0, 2, 3, 4], [0, 3, 1, 4], [5, 3, 0, 4], [0, 3, 5, 4], [0, 1, 3, 0], [0, 5, 1, 4], [3, 4, 2, 5]];

    private static readonly int[][] s_darkProgressions =
        [[0, 5, 2, 6], [0, 3, 5, 4], [0, 6, 5, 6], [0, 5, 3, 4], [0, 2, 6, 3], [0, 3, 6, 2], [5, 6, 0, 2], [0, 4, 5, 3], [3, 0, 6, 5], [0, 6, 3, 5]];

    // Steps above the chord's own: triad, seventh, added ninth, suspended second and fourth.
    private static readonly int[][] s_chords = [[0, 2, 4], [0, 2, 4, 6], [0, 2, 4, 8], [0, 1, 4], [0, 3, 4]];

    // Which tone of the chord sounds at each step, counted from the lowest and on through the next octave; -1 is a rest.
    private static readonly int[][] s_arpeggios =
    [
        [0, 1, 2, 3], [3, 2, 1, 0], [0, 2, 1, 3], [0, 1, 2, 1], [0, -1, 2, -1, 1, -1, 3, -1], [4, 3, 2, 1, 0, 1, 2, 3], [0, 2, 4, 2], [2, -1, -1, 3],
        [0, 3, 1, 3, 2, 3], [1, 0, -1, 2, 3, -1],
    ];

    /// <summary>Semitones of the first note of the scale above A.</summary>
    public required int Key { get; init; }

    public required Scale Scale { get; init; }

    public required double BeatsPerMinute { get; init; }

    public required int BeatsPerChord { get; init; }

    /// <summary>Chords by step of the scale; the clip begins with the first.</summary>
    public required IReadOnlyList<int> Progression { get; init; }

    /// <summary>Steps of a chord's tones above its own.</summary>
    public required IReadOnlyList<int> Chord { get; init; }

    /// <summary>MIDI number above which the tones of a chord are gathered.</summary>
    public required int Register { get; init; }

    public required Instrument Pad { get; init; }

    public required bool IsPulsed { get; init; }

    public required Instrument Lead { get; init; }

    public required IReadOnlyList<int> Arpeggio { get; init; }

    public required int StepsPerBeat { get; init; }

    /// <summary>Octaves of the lead above the chord.</summary>
    public required int LeadOctave { get; init; }

    /// <summary>Gain of the lead relative to the pad's.</summary>
    public required double LeadGain { get; init; }

    public required bool HasBass { get; init; }

    /// <summary>The order of the draws is part of what a seed means: a new one goes to the end.</summary>
    public static BedStyle Draw(SeededRandom random, string emotion)
    {
        var dark = emotion is "sad" or "angry" or "fearful";
        var (slowest, fastest) = emotion switch
        {
            "sad" or "fearful" => (58, 84),
            "excited" or "manic" or "angry" => (92, 126),
            _ => (66, 108),
        };
        var progression = Pick(dark ? s_darkProgressions : s_brightProgressions);
        var first = random.Next(progression.Length);
        return new BedStyle
        {
            Key = random.Next(12),
            Scale = Pick(dark ? Scale.Dark : Scale.Bright),
            BeatsPerMinute = slowest + ((fastest - slowest) * random.NextDouble()),
            BeatsPerChord = 2 + random.Next(3),
            Progression = [.. progression[first..], .. progression[..first]],
            Chord = Pick(s_chords),
            Register = 55 + random.Next(8),
            Pad = Pick(Instrument.Pads),
            IsPulsed = random.Next(3) == 0,
            Lead = Pick(Instrument.Leads),
            Arpeggio = Pick(s_arpeggios),
            StepsPerBeat = 1 + random.Next(3),
            LeadOctave = random.Next(2),
            LeadGain = .8 + random.NextDouble(),
            HasBass = random.Next(3) > 0,
        };

        T Pick<T>(IReadOnlyList<T> choices) => choices[random.Next(choices.Count)];
    }
}
