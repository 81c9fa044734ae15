namespace Nsn.Vortex.Music;

/// <summary>One sine of an instrument's tone.</summary>
/// <param name="Ratio">Frequency relative to the note's.</param>
/// <param name="Level">Amplitude relative to the other partials.</param>
/// <param name="DecaySeconds">Time to 1/e; infinite for a tone that is held.</param>
internal readonly record struct Partial(double Ratio, double Level, double DecaySeconds = double.PositiveInfinity);
