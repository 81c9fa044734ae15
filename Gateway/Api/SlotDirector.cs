namespace Nsn.Gateway.Api;

/// <summary>What one director did for a slot.</summary>
internal sealed record SlotDirector(
    string Account, string Key, string Name, string Verdict, string? Reason, bool Committed, bool Revealed, IReadOnlyDictionary<string, float> Scores);
