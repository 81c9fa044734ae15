namespace Orleans.Runtime;

/// <summary>A hash that is the same in every process and run: rings, ranges and wire identifiers are built on it.</summary>
internal static class StableHash
{
    public static int Compute(ReadOnlySpan<byte> value)
    {
        // FNV-1a, finished with murmur's mixer so that near-equal keys land far apart on a ring.
        var hash = 2166136261u;
        foreach (var b in value)
            hash = unchecked((hash ^ b) * 16777619u);
        hash ^= hash >> 16;
        hash = unchecked(hash * 0x85ebca6bu);
        hash ^= hash >> 13;
        hash = unchecked(hash * 0xc2b2ae35u);
        hash ^= hash >> 16;
        return unchecked((int)hash);
    }

    public static uint Compute(string value) => unchecked((uint)Compute(System.Text.Encoding.UTF8.GetBytes(value)));

    public static uint Combine(uint left, uint right) => unchecked(((left << 5) | (left >> 27)) ^ (right * 0x9e3779b1u));
}
