namespace Nsn.Vortex.Voice;

/// <summary>A speech engine. The same request gives the same samples.</summary>
public interface IVoice
{
    /// <summary>Name and version for the proof, for example <c>espeak-ng 1.51</c>.</summary>
    string Name { get; }

    /// <summary>The voices by id.</summary>
    IReadOnlyCollection<string> Voices { get; }

    /// <summary>Speaks.</summary>
    /// <exception cref="ClipException">The voice is unknown, or the engine is missing.</exception>
    ValueTask<Speech> SpeakAsync(SpeechRequest request, CancellationToken cancellationToken);
}
