namespace Nsn.Protocol.Ledger.Codecs;

/// <summary>A case of a variant.</summary>
/// <param name="Name">As clients see it.</param>
/// <param name="Index">The byte that chooses it.</param>
/// <param name="Fields">What follows the byte.</param>
public sealed record ScaleVariant(string Name, byte Index, IReadOnlyList<ScaleField> Fields);
