namespace Nsn.Vortex.Voice;

/// <summary>A phoneme of the speech.</summary>
/// <param name="Symbol">In the International Phonetic Alphabet; <c>_</c> for a pause.</param>
/// <param name="Start">Start within the clip.</param>
/// <param name="Duration">Length.</param>
/// <param name="Stressed">A vowel that bears stress.</param>
public readonly record struct TimedPhoneme(string Symbol, TimeSpan Start, TimeSpan Duration, bool Stressed);
