using System.Collections.Concurrent;

namespace Nsn.Engine.Runtime.State;

/// <summary>What in-memory storage keeps. Silos of one process that share it see each other's states.</summary>
public sealed class MemoryStore
{
    internal ConcurrentDictionary<(string Store, string State, GrainId Grain), (object? State, string ETag)> Records { get; } = new();
}
