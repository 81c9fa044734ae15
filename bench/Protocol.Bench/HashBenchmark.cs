using Nsn.Protocol.Cryptography;

namespace Nsn.Protocol.Bench;

/// <summary>BLAKE2b: a leaf of the ledger's trie (two blocks), and a megabyte.</summary>
internal sealed class HashBenchmark : IBenchmark
{
    public string Name => "blake2b";

    public void Run(Results results)
    {
        byte[] leaf = new byte[165], large = new byte[1 << 20], digest = new byte[32];
        new Random(1).NextBytes(large);
        results.Report("blake2b_leaf_ns", 1e9 * Results.Seconds(() => Blake2b.Hash(leaf, digest)), "-");
        results.Report("blake2b_mb_per_s", 1.048576 / Results.Seconds(() => Blake2b.Hash(large, digest)), "-");
    }
}
