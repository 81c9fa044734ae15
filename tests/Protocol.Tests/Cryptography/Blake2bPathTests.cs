using Nsn.Protocol.Cryptography;

namespace Nsn.Protocol.Tests.Cryptography;

public sealed class Blake2bPathTests
{
    [Fact]
    public void Every_way_to_compress_that_this_processor_has_gives_the_same_digests()
    {
        Random random = new(1);
        byte[] input = new byte[700];
        byte[] expected = new byte[64], actual = new byte[64];
        for (int length = 0; length <= input.Length; length += length < 260 ? 1 : 37)
        {
            random.NextBytes(input);
            int digest = 1 + length % 64;
            Blake2b.Hash(input.AsSpan(0, length), expected.AsSpan(0, digest), Blake2bPath.Scalar);
            foreach (Blake2bPath path in Enum.GetValues<Blake2bPath>().Where(Blake2b.IsSupported))
            {
                Blake2b.Hash(input.AsSpan(0, length), actual.AsSpan(0, digest), path);
                Assert.True(expected.AsSpan(0, digest).SequenceEqual(actual.AsSpan(0, digest)), $"{path} differs at {length} bytes");
            }
        }
    }
}
