using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Elections;

namespace Nsn.Protocol.Ledger.Pallets.Storage;

/// <summary>Who keeps which shard: spread over as many nodes and regions as there are.</summary>
public static class PinnerAssignment
{
    /// <summary>
    /// For each shard in turn, the nodes with the fewest shards of this deal so far, ties decided by a draw; no more than the cap of one region while
    /// others can be had.
    /// </summary>
    public static IReadOnlyList<IReadOnlyList<AccountId>> Assign(
        Hash256 seed, IReadOnlyList<(AccountId Account, Region Region)> nodes, int shards, int perShard, int perRegionMax)
    {
        var random = new HashDrbg(seed);
        var sorted = nodes.OrderBy(static node => node.Account).ToArray();
        var load = new int[sorted.Length];
        var assignments = new List<IReadOnlyList<AccountId>>(shards);
        for (var shard = 0; shard < shards; shard++)
        {
            var order = Enumerable.Range(0, sorted.Length).Select(i => (Index: i, Load: load[i], Draw: random.NextUInt128()))
                .OrderBy(static entry => entry.Load).ThenBy(static entry => entry.Draw).Select(static entry => entry.Index).ToArray();
            var chosen = new List<int>(perShard);
            for (var cap = perRegionMax; chosen.Count < perShard && cap <= perShard; cap++)
            {
                foreach (var index in order)
                {
                    if (chosen.Count < perShard && !chosen.Contains(index) && chosen.Count(other => sorted[other].Region == sorted[index].Region) < cap)
                    {
                        chosen.Add(index);
                    }
                }
            }

            foreach (var index in chosen)
            {
                load[index]++;
            }

            assignments.Add([.. chosen.Select(index => sorted[index].Account)]);
        }

        return assignments;
    }
}
