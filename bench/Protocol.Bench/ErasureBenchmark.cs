using Nsn.Protocol.Erasure;

namespace Nsn.Protocol.Bench;

/// <summary>10 + 4 shards of 256 KiB; gigabytes of data (not of parity) in a second.</summary>
internal sealed class ErasureBenchmark : IBenchmark
{
    private const int ShardBytes = 256 * 1024;

    public string Name => "erasure";

    public void Run(Results results)
    {
        byte[][] shards = [.. Enumerable.Range(0, ReedSolomon.TotalShards).Select(_ => new byte[ShardBytes])];
        foreach (byte[] shard in shards)
            new Random(shard.Length).NextBytes(shard);
        const double DataGigabytes = ReedSolomon.DataShards * ShardBytes / 1e9;
        foreach (ErasurePath path in Enum.GetValues<ErasurePath>().Where(ErasureKernel.IsSupported))
            results.Report($"erasure_encode_{path.ToString().ToLowerInvariant()}_gb_per_s", DataGigabytes / Results.Seconds(() => ReedSolomon.Encode(shards, path), 3), "-");
        results.Report("erasure_encode_gb_per_s", DataGigabytes / Results.Seconds(() => ReedSolomon.Encode(shards)), ">= 3");
        byte[][] spare = [.. Enumerable.Range(0, ReedSolomon.ParityShards).Select(_ => new byte[ShardBytes])];
        results.Report("erasure_reconstruct_gb_per_s", DataGigabytes / Results.Seconds(() =>
        {
            byte[]?[] left = [null, shards[1], null, shards[3], shards[4], null, shards[6], shards[7], shards[8], null, .. shards[10..]];
            if (!ReedSolomon.TryReconstruct(left, spare))
                throw new InvalidOperationException("not reconstructed");
        }), ">= 1.5");
    }
}
