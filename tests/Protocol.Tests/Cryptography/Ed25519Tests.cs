using System.Numerics;
using Nsn.Protocol.Cryptography;

namespace Nsn.Protocol.Tests.Cryptography;

public sealed class Ed25519Tests
{
    // RFC 8032, section 7.1, tests 1 to 3.
    [Theory]
    [InlineData(
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b")]
    [InlineData(
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")]
    [InlineData(
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a")]
    public void Signatures_are_those_of_RFC_8032(string seed, string key, string message, string signature)
    {
        using ISigner signer = Ed25519.Instance.CreateSigner(Convert.FromHexString(seed));
        Assert.Equal("0x" + key, signer.PublicKey.ToString());
        Signature64 made = signer.Sign(Convert.FromHexString(message));
        Assert.Equal("0x" + signature, made.ToString());
        Assert.True(Ed25519.Instance.Verify(signer.PublicKey, Convert.FromHexString(message), made));
    }

    [Fact]
    public void A_flipped_bit_of_message_key_or_signature_is_refused()
    {
        using ISigner signer = Ed25519.Instance.CreateSigner(new byte[32]);
        byte[] message = "the bytes that viewers get"u8.ToArray();
        byte[] signature = signer.Sign(message).ToArray();
        byte[] key = signer.PublicKey.ToArray();
        foreach (byte[] part in (byte[][])[message, signature, key])
        {
            for (int bit = 0; bit < part.Length * 8; bit += 3)
            {
                part[bit / 8] ^= (byte)(1 << (bit % 8));
                Assert.False(Ed25519.Instance.Verify(new AccountId(key), message, new Signature64(signature)));
                part[bit / 8] ^= (byte)(1 << (bit % 8));
            }
        }

        Assert.True(Ed25519.Instance.Verify(new AccountId(key), message, new Signature64(signature)));
    }

    [Fact]
    public void A_second_signature_with_S_plus_the_group_order_is_refused()
    {
        using ISigner signer = Ed25519.Instance.CreateSigner(new byte[32]);
        byte[] signature = signer.Sign("x"u8).ToArray();
        BigInteger order = BigInteger.Pow(2, 252) + BigInteger.Parse("27742317777372353535851937790883648493");
        BigInteger s = new BigInteger(signature.AsSpan(32), isUnsigned: true) + order;
        Assert.True(s.TryWriteBytes(signature.AsSpan(32), out _, isUnsigned: true));
        Assert.False(Ed25519.Instance.Verify(signer.PublicKey, "x"u8, new Signature64(signature)));
    }

    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000080")]
    [InlineData("0100000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")]
    [InlineData("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa")]
    [InlineData("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")]
    public void Keys_of_small_order_and_keys_that_are_not_canonical_are_refused(string hex)
    {
        AccountId key = AccountId.Parse(hex);
        Assert.False(Ed25519.Instance.IsAcceptableKey(key));

        // R = the key itself and S = 0 verify under a key of small order in careless implementations.
        byte[] signature = new byte[64];
        key.AsSpan().CopyTo(signature);
        for (byte i = 0; i < 16; i++)
            Assert.False(Ed25519.Instance.Verify(key, [i], new Signature64(signature)));
    }

    [Fact]
    public void The_order_8_points_are_on_the_curve_and_of_order_8()
    {
        // A mistyped constant would let the real point through: recompute -x^2 + y^2 = 1 + d x^2 y^2 for it.
        BigInteger p = BigInteger.Pow(2, 255) - 19;
        BigInteger d = Mod(-121665 * BigInteger.ModPow(121666, p - 2, p));
        foreach (string hex in (string[])["26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05", "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"])
        {
            BigInteger y = new(Convert.FromHexString(hex), isUnsigned: true);
            BigInteger xx = Mod((y * y - 1) * BigInteger.ModPow(Mod(d * y * y + 1), p - 2, p));
            BigInteger yy = Mod(y * y);

            // Doubling a point of order 8 gives y = 0: y' = (y^2 + x^2) / (1 - d x^2 y^2).
            Assert.Equal(BigInteger.Zero, Mod(yy + xx));
        }

        BigInteger Mod(BigInteger v) => ((v % p) + p) % p;
    }
}
