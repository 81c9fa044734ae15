using System.Numerics;

namespace Nsn.Protocol.Elections;

/// <summary>⌊√x⌋ without floating point, so that every machine gets the same.</summary>
public static class IntegerSquareRoot
{
    /// <summary>The largest r with r·r ≤ <paramref name="value"/>.</summary>
    public static uint Of(ulong value)
    {
        if (value == 0)
        {
            return 0;
        }

        // Newton from above: starts at or above the root and falls until it no longer does.
        var bits = 64 - BitOperations.LeadingZeroCount(value);
        var root = bits >= 63 ? uint.MaxValue : 1UL << ((bits + 1) / 2);
        while (true)
        {
            var next = (root + (value / root)) / 2;
            if (next >= root)
            {
                return (uint)root;
            }

            root = next;
        }
    }
}
