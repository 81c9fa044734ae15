namespace Nsn.Vortex.Voice;

/// <summary>Speech as it came from a voice, before it is fitted to a clip.</summary>
/// <param name="SampleRate">Samples per second.</param>
/// <param name="Samples">Mono, -1 to 1.</param>
/// <param name="Phonemes">Phonemes with their times, in order.</param>
public sealed record Speech(int SampleRate, float[] Samples, IReadOnlyList<TimedPhoneme> Phonemes)
{
    /// <summary>Length of the sound.</summary>
    public TimeSpan Duration => TimeSpan.FromSeconds((double)Samples.Length / SampleRate);
}
