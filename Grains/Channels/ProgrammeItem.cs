using Nsn.Protocol.Recipes;

namespace Nsn.Grains.Channels;

/// <summary>An item of the built-in programme.</summary>
/// <param name="Prompt">What is to be seen.</param>
/// <param name="Script">What is said.</param>
/// <param name="Emotion">How.</param>
/// <param name="Camera">Camera motion.</param>
public sealed record ProgrammeItem(string Prompt, string Script, Emotion Emotion, string Camera);
