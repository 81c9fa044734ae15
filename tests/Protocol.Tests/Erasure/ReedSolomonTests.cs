using Nsn.Protocol.Erasure;
using Nsn.Protocol.Scale;

namespace Nsn.Protocol.Tests.Erasure;

public sealed class ReedSolomonTests
{
    [Fact]
    public void Any_ten_of_fourteen_shards_give_all_the_others()
    {
        byte[][] whole = Shards(seed: 1, length: 37);
        int tried = 0;
        for (int mask = 0; mask < 1 << 14; mask++)
        {
            if (int.PopCount(mask) != 4)
                continue;
            byte[]?[] left = [.. whole.Select((shard, i) => (mask >> i & 1) == 0 ? shard : null)];
            Assert.True(ReedSolomon.TryReconstruct(left));
            Assert.Equal(whole, left);
            tried++;
        }

        Assert.Equal(1001, tried);
    }

    [Fact]
    public void Nine_shards_are_too_few()
    {
        byte[]?[] left = [.. Shards(1, 16).Select((shard, i) => i < 9 ? shard : null)];
        Assert.False(ReedSolomon.TryReconstruct(left));
        Assert.Equal(5, left.Count(shard => shard is null));
    }

    [Fact]
    public void Every_path_of_this_machine_gives_the_bytes_of_the_scalar_one()
    {
        foreach (ErasurePath path in Enum.GetValues<ErasurePath>().Where(ErasureKernel.IsSupported))
        {
            foreach (int length in (int[])[0, 1, 15, 16, 31, 32, 63, 64, 65, 127, 128, 129, 1000, 4096 + 17])
            {
                byte[][] expected = Shards(length, length, ErasurePath.Scalar);
                byte[][] actual = Shards(length, length, path);
                Assert.Equal(expected, actual);
                for (int lost = 1; lost <= 4; lost++)
                {
                    byte[]?[] left = [.. expected.Select((shard, i) => i % 4 == 1 && i / 4 < lost ? null : shard)];
                    Assert.True(ReedSolomon.TryReconstruct(left, path));
                    Assert.True(expected.Zip(left).All(pair => pair.First.AsSpan().SequenceEqual(pair.Second)), $"{path}, {length} bytes, {lost} lost");
                }
            }
        }
    }

    [Fact]
    public void Parity_is_the_sum_that_the_format_says()
    {
        byte[][] shards = Shards(3, 5);
        for (int p = 10; p < 14; p++)
        {
            for (int i = 0; i < 5; i++)
            {
                int sum = 0;
                for (int d = 0; d < 10; d++)
                    sum ^= SlowMultiply(SlowInvert(p ^ d), shards[d][i]);
                Assert.Equal(sum, shards[p][i]);
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(9)]
    [InlineData(10)]
    [InlineData(11)]
    [InlineData(12345)]
    public void Data_comes_back_though_shards_are_missing_or_wrong(int length)
    {
        byte[] data = new byte[length];
        new Random(length).NextBytes(data);
        ShardSet set = ShardSet.Encode(data, out byte[][] shards);
        byte[]?[] left = [.. shards.Select(shard => (byte[])shard.Clone())];
        left[3] = null;
        left[0]![0] ^= 1;
        left[13]![0] ^= 0x80;
        left[7] = [];
        Assert.True(set.TryDecode(left, out byte[]? back, out var wrong));
        Assert.Equal(data, back);
        Assert.Equal([0, 7, 13], wrong);

        left[1] = null;
        Assert.False(set.TryDecode(left, out _, out _));

        ScaleWriter writer = new();
        ShardSet.Write(writer, set);
        Assert.Equal(ShardSet.Size, writer.Length);
        ScaleReader reader = new(writer.WrittenSpan);
        Assert.True(ShardSet.TryRead(ref reader, out ShardSet? read) && reader.TryReadEnd());
        Assert.Equal(set.DataLength, read.DataLength);
        Assert.Equal(set.Hashes, read.Hashes);
    }

    private static byte[][] Shards(int seed, int length, ErasurePath? path = null)
    {
        Random random = new(seed);
        byte[][] shards = [.. Enumerable.Range(0, 14).Select(_ => new byte[length])];
        foreach (byte[] shard in shards)
            random.NextBytes(shard);
        ReedSolomon.Encode(shards, path ?? ErasureKernel.Best);
        return shards;
    }

    private static int SlowMultiply(int left, int right)
    {
        int product = 0;
        for (; right != 0; right >>= 1)
        {
            product ^= (right & 1) != 0 ? left : 0;
            left <<= 1;
            left ^= left >= 256 ? 0x11D : 0;
        }

        return product;
    }

    private static int SlowInvert(int value) => Enumerable.Range(1, 255).Single(other => SlowMultiply(value, other) == 1);
}
