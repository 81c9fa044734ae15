namespace Nsn.Vortex.Music;

/// <summary>Seven notes of an octave.</summary>
/// <param name="Name">What musicians call it.</param>
/// <param name="Semitones">Each note above the first.</param>
internal sealed record Scale(string Name, params IReadOnlyList<int> Semitones)
{
    private const int Notes = 7;

    /// <summary>Scales that sound bright.</summary>
    public static IReadOnlyList<Scale> Bright { get; } =
    [
        new("ionian", 0, 2, 4, 5, 7, 9, 11), new("lydian", 0, 2, 4, 6, 7, 9, 11), new("mixolydian", 0, 2, 4, 5, 7, 9, 10),
    ];

    /// <summary>Scales that sound dark.</summary>
    public static IReadOnlyList<Scale> Dark { get; } =
    [
        new("aeolian", 0, 2, 3, 5, 7, 8, 10), new("dorian", 0, 2, 3, 5, 7, 9, 10), new("phrygian", 0, 1, 3, 5, 7, 8, 10),
    ];

    /// <summary>Semitones of a step above the first note; steps go on through the octaves.</summary>
    public int At(int step) => Semitones[step % Notes] + (12 * (step / Notes));
}
