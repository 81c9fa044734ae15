namespace Nsn.Vortex.Voice;

/// <summary>The finished sound of a clip, with what the animation needs to know about it.</summary>
/// <param name="Samples">48 kHz mono, exactly as long as the clip.</param>
/// <param name="Phonemes">What is said when.</param>
/// <param name="Envelope">Level of the speech alone per hundredth of a second, 0 to 1.</param>
public sealed record SoundTrack(float[] Samples, IReadOnlyList<TimedPhoneme> Phonemes, float[] Envelope)
{
    /// <summary>Values of <see cref="Envelope"/> per second.</summary>
    public const int EnvelopeRate = 100;

    /// <summary>Somebody speaks.</summary>
    public bool HasSpeech => Phonemes.Count > 0;
}
