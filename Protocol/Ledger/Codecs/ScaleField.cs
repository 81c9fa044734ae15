namespace Nsn.Protocol.Ledger.Codecs;

/// <summary>A field of a composite or a variant.</summary>
/// <param name="Name">In snake case, as clients see it; null where it has none.</param>
/// <param name="Type">Its shape.</param>
public sealed record ScaleField(string? Name, ScaleType Type);
