using System.Collections.Immutable;

namespace Nsn.Engine.Runtime.Silos;

/// <summary>The role and metadata that a silo was configured with.</summary>
internal sealed record SiloRole(string? Name, ImmutableDictionary<string, string> Metadata);
