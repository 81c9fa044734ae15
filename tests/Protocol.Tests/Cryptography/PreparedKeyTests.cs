using System.Numerics;
using System.Security.Cryptography;
using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Cryptography.Edwards25519;

namespace Nsn.Protocol.Tests.Cryptography;

/// <summary>A prepared key must give OpenSSL's answer, always: nodes of which one has the key prepared and the other has not must agree.</summary>
public sealed class PreparedKeyTests
{
    private static readonly BigInteger s_prime = (BigInteger.One << 255) - 19;

    [Fact]
    public void Field_arithmetic_is_that_of_big_integers()
    {
        Random random = new(1);
        byte[][] edges = [Bytes(0), Bytes(1), Bytes(18), Bytes(19), Bytes(s_prime - 1), Bytes(s_prime), Bytes(s_prime + 1), Bytes((BigInteger.One << 255) - 1)];
        for (int i = 0; i < 400; i++)
        {
            byte[] x = i < 64 ? edges[i / 8] : RandomBytes(random), y = i < 64 ? edges[i % 8] : RandomBytes(random);
            FieldElement a = FieldElement.Read(x), b = FieldElement.Read(y);
            BigInteger p = Number(x), q = Number(y);
            Assert.Equal((p + q) % s_prime, Number(a + b));
            Assert.Equal((p - q + 2 * s_prime) % s_prime, Number(a - b));
            Assert.Equal(p * q % s_prime, Number(a * b));
            Assert.Equal((p + q) * (p - q + 2 * s_prime) % s_prime, Number((a + b) * (a - b)));
            Assert.Equal((p - q) * (p - q) % s_prime, Number(FieldElement.Square(a - b)));
            Assert.Equal(BigInteger.ModPow(p, s_prime - 2, s_prime), Number(FieldElement.Invert(a)));
            Assert.Equal(p % s_prime % 2 != 0, a.IsOdd);
            Assert.Equal(p % s_prime == 0, a.IsZero);
        }
    }

    [Fact]
    public void Honest_signatures_are_accepted_and_altered_ones_get_the_answer_of_OpenSSL()
    {
        Random random = new(2);
        for (int i = 0; i < 40; i++)
        {
            using ISigner signer = Ed25519.Instance.CreateSigner(RandomBytes(random));
            PreparedKey prepared = PreparedKey.TryCreate(signer.PublicKey)!;
            byte[] message = new byte[i * 37];
            random.NextBytes(message);
            Signature64 signature = signer.Sign(message);
            Assert.True(prepared.Verify(message, signature));
            for (int j = 0; j < 8; j++)
            {
                byte[] altered = signature.ToArray();
                altered[random.Next(63)] ^= (byte)(1 << random.Next(8)); // the last byte stays: S must be below the order
                AssertAsOpenSsl(prepared, signer.PublicKey, message, new Signature64(altered));
            }

            if (message.Length > 0)
            {
                message[random.Next(message.Length)] ^= 1;
                Assert.False(prepared.Verify(message, signature));
            }
        }
    }

    [Fact]
    public void Keys_and_signatures_with_a_part_of_small_order_get_the_answer_of_OpenSSL()
    {
        // Whoever holds the key may add a point of order 8 to it, or to R: then the answer depends on the cofactor, and on the message.
        byte[] encoded = Convert.FromHexString("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05");
        Assert.True(EdwardsPoint.TryDecode(encoded, out EdwardsPoint torsion));
        Assert.True(EdwardsPoint.TryDecode(Convert.FromHexString("58" + new string('6', 62)), out EdwardsPoint b));
        PointTable table = new(b);
        Random random = new(3);
        int accepted = 0, refused = 0;
        for (int i = 0; i < 96; i++)
        {
            BigInteger secret = Number(RandomBytes(random)) >> 4, nonce = Number(RandomBytes(random)) >> 4;
            AccountId key = new(Encode(i % 3 == 1 ? Times(table, secret) : Times(table, secret).Add(torsion)));
            byte[] r = Encode(i % 3 == 0 ? Times(table, nonce) : Times(table, nonce).Add(torsion));
            byte[] message = RandomBytes(random);
            byte[] scalar = new byte[32];
            Scalar.Reduce(SHA512.HashData([.. r, .. key.AsSpan(), .. message]), scalar);
            byte[] sum = new byte[64];
            Assert.True((nonce + Number(scalar) * secret).TryWriteBytes(sum, out _, isUnsigned: true));
            Scalar.Reduce(sum, scalar);
            Signature64 signature = new([.. r, .. scalar]);
            bool good = AssertAsOpenSsl(PreparedKey.TryCreate(key)!, key, message, signature);
            (accepted, refused) = good ? (accepted + 1, refused) : (accepted, refused + 1);
        }

        Assert.True(accepted > 0 && refused > 0, $"{accepted} accepted, {refused} refused: both should occur");
    }

    [Fact]
    public void Bytes_that_are_no_point_cannot_be_prepared()
    {
        Random random = new(4);
        int points = 0, none = 0;
        for (int i = 0; i < 100; i++)
        {
            byte[] bytes = RandomBytes(random);
            if (EdwardsPoint.TryDecode(bytes, out EdwardsPoint point) && ++points > 0)
                Assert.Equal(bytes, Encode(point));
            else
                none++;
        }

        Assert.True(points > 20 && none > 20, $"{points} of 100 are points; about half should be");
    }

    [Fact]
    public void A_key_that_comes_often_is_prepared_and_its_signatures_are_verified_as_before()
    {
        using ISigner often = Ed25519.Instance.CreateSigner(new byte[32]);
        PreparedKeys keys = new();
        Assert.Null(keys.Find(often.PublicKey));
        PreparedKey? prepared = null;
        for (int i = 0; i < 4; i++)
            prepared = keys.Find(often.PublicKey);
        Assert.NotNull(prepared);

        // Ten thousand keys that come once each do not take all there is, and leave room in the end for those that come often.
        for (int i = 0; i < 10_000; i++)
            Assert.Null(keys.Find(new AccountId(Sha2.Hash256(BitConverter.GetBytes(i)).AsSpan())));
        for (int i = 0; i < 6; i++)
            prepared = keys.Find(often.PublicKey);
        Assert.NotNull(prepared);

        byte[] message = [1, 2, 3];
        Signature64 signature = often.Sign(message);
        for (int i = 0; i < 8; i++)
        {
            Assert.True(Ed25519.Instance.Verify(often.PublicKey, message, signature));
            Assert.False(Ed25519.Instance.Verify(often.PublicKey, [1, 2, 4], signature));
        }
    }

    private static bool AssertAsOpenSsl(PreparedKey prepared, in AccountId key, byte[] message, in Signature64 signature)
    {
        bool expected = OpenSsl.VerifyEd25519(key.AsSpan(), message, signature.AsSpan());
        Assert.Equal(expected, prepared.Verify(message, signature));
        return expected;
    }

    private static EdwardsPoint Times(PointTable table, BigInteger scalar)
    {
        byte[] bytes = new byte[32];
        Assert.True(scalar.TryWriteBytes(bytes, out _, isUnsigned: true));
        sbyte[] digits = new sbyte[Scalar.Digits];
        Scalar.ToDigits(bytes, digits);
        return table.Combine(digits, new sbyte[Scalar.Digits], table);
    }

    private static byte[] Encode(in EdwardsPoint point)
    {
        byte[] bytes = new byte[32];
        point.Encode(bytes);
        return bytes;
    }

    private static byte[] Bytes(BigInteger number)
    {
        byte[] bytes = new byte[32];
        number.TryWriteBytes(bytes, out _, isUnsigned: true);
        return bytes;
    }

    // 255 bits.
    private static byte[] RandomBytes(Random random)
    {
        byte[] bytes = new byte[32];
        random.NextBytes(bytes);
        bytes[31] &= 0x7F;
        return bytes;
    }

    private static BigInteger Number(ReadOnlySpan<byte> bytes) => new(bytes, isUnsigned: true);

    private static BigInteger Number(in FieldElement element)
    {
        Span<byte> bytes = stackalloc byte[32];
        element.Write(bytes);
        return Number(bytes);
    }
}
