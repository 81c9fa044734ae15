namespace Nsn.Vortex.Voice;

/// <summary>What to say and how.</summary>
/// <param name="Script">The text, possibly empty.</param>
/// <param name="VoiceId">A voice of the engine.</param>
/// <param name="Speed">Rate relative to the voice's own, 0.5 to 2.</param>
/// <param name="Emotion">One of <see cref="ClipRequestValidator.Emotions"/>.</param>
public sealed record SpeechRequest(string Script, string VoiceId, double Speed, string Emotion);
