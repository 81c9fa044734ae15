using System.Text;
using Nsn.Protocol.Cryptography;

namespace Nsn.Protocol.Tests.Cryptography;

public sealed class HashTests
{
    [Theory]
    [InlineData("", 64, "786a02f742015903c6c6fd852552d272912f4740e15847618a86e217f71f5419d25e1031afee585313896444934eb04b903a685b1448b755d56f701afe9be2ce")]
    [InlineData("abc", 64, "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d17d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923")]
    [InlineData("abc", 32, "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319")]
    [InlineData("abc", 16, "cf4ab791c62b8d2b2109c90275287816")]
    public void BLAKE2b_gives_the_published_digests(string text, int length, string hex)
    {
        byte[] digest = new byte[length];
        Blake2b.Hash(Encoding.ASCII.GetBytes(text), digest);
        Assert.Equal(hex, Convert.ToHexStringLower(digest));
    }

    [Fact]
    public void BLAKE2b_agrees_with_another_implementation_at_block_borders()
    {
        // The unkeyed half of the self test of RFC 7693, appendix E: its input sequence, its lengths.
        byte[] all = new byte[4 * 6 * 64];
        int at = 0;
        foreach (int length in (int[])[20, 32, 48, 64])
        {
            foreach (int inputLength in (int[])[0, 3, 128, 129, 255, 1024])
            {
                byte[] input = Sequence(inputLength, (uint)inputLength);
                Blake2b.Hash(input, all.AsSpan(at, length));
                at += length;
            }
        }

        Assert.Equal(984, at);
        Assert.Equal("0x" + GrandDigest, Blake2b.Hash256(all.AsSpan(0, at)).ToString());
    }

    // Computed with Python's hashlib.blake2b over the same sequence.
    private const string GrandDigest = "681f345ad53c6360214ea500fd259edddbca775f605fad81b9b189d6d88e15c6";

    [Fact]
    public void Twox_names_are_those_of_Substrate()
    {
        // The prefixes that every Substrate chain uses for System.Account.
        Assert.Equal("26aa394eea5630e07c48ae0c9558cef7", Convert.ToHexStringLower(TwoX.Hash128("System"u8)));
        Assert.Equal("b99d880ec681799c0cf30e8886371da9", Convert.ToHexStringLower(TwoX.Hash128("Account"u8)));
    }

    [Fact]
    public void SHA256_gives_the_published_digest()
        => Assert.Equal("0xba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", Sha2.Hash256("abc"u8).ToString());

    private static byte[] Sequence(int length, uint seed)
    {
        byte[] bytes = new byte[length];
        uint a = 0xDEAD4BAD * seed, b = 1;
        for (int i = 0; i < length; i++)
        {
            uint t = a + b;
            a = b;
            b = t;
            bytes[i] = (byte)(t >> 24);
        }

        return bytes;
    }

    [Fact]
    public void Blake2b_over_pieces_is_that_over_all_of_them()
    {
        Random random = new(1);
        byte[] input = new byte[700];
        random.NextBytes(input);
        for (int length = 0; length <= input.Length; length += length < 270 ? 1 : 43)
        {
            int first = random.Next(length + 1), second = random.Next(first, length + 1);
            Assert.Equal(
                Blake2b.Hash256(input.AsSpan(0, length)),
                Blake2b.Hash256(input.AsSpan(0, first), input.AsSpan(first, second - first), input.AsSpan(second, length - second)));
        }
    }
}
