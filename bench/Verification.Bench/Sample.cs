namespace Nsn.Verification.Bench;

/// <summary>One clip as a verifier measured it.</summary>
/// <param name="Identity">Which prompt and seed.</param>
/// <param name="Kind">What was done to the clip.</param>
/// <param name="Honest">Must be accepted.</param>
/// <param name="Measures">Value of every check.</param>
/// <param name="Structural">Rejected for its form, without measuring.</param>
/// <param name="Accepted">What the verifier says with the thresholds it is shipped with.</param>
internal sealed record Sample(int Identity, string Kind, bool Honest, IReadOnlyDictionary<string, double> Measures, bool Structural, bool Accepted);
