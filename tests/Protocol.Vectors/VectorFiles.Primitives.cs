using System.Globalization;
using System.Text;
using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Merkle;
using Nsn.Protocol.Scale;

namespace Nsn.Protocol.Vectors;

public static partial class VectorFiles
{
    private static object Scale()
    {
        string[] compact =
        [
            "0", "1", "63", "64", "16383", "16384", "1073741823", "1073741824", "4294967295", "4294967296", "18446744073709551615",
            "1000000000000000000000", "340282366920938463463374607431768211455",
        ];
        return new
        {
            Compact = compact.Select(text => new { Value = text, Hex = Written(w => w.WriteCompact(UInt128.Parse(text, CultureInfo.InvariantCulture))) }),
            U16 = new[] { new { Value = "48879", Hex = Written(w => w.WriteU16(0xBEEF)) } },
            U32 = new[] { new { Value = "3735928559", Hex = Written(w => w.WriteU32(0xDEADBEEF)) } },
            U64 = new[] { new { Value = "18446744073709551614", Hex = Written(w => w.WriteU64(ulong.MaxValue - 1)) } },
            U128 = new[] { new { Value = "340282366920938463463374607431768211453", Hex = Written(w => w.WriteU128(UInt128.MaxValue - 2)) } },
            I8 = new[] { new { Value = "-3", Hex = Written(w => w.WriteI8(-3)) } },
            I16 = new[] { new { Value = "-300", Hex = Written(w => w.WriteI16(-300)) } },
            I32 = new[] { new { Value = "-2147483648", Hex = Written(w => w.WriteI32(int.MinValue)) } },
            I64 = new[] { new { Value = "-9223372036854775807", Hex = Written(w => w.WriteI64(long.MinValue + 1)) } },
            I128 = new[] { new { Value = "-170141183460469231731687303715884105728", Hex = Written(w => w.WriteI128(Int128.MinValue)) } },
            Strings = new[] { "", "NSN", "Grüße 電視 📺" }.Select(text => new { Value = text, Hex = Written(w => w.WriteString(text)) }),
            OptionU32 = new[]
            {
                new { Value = (string?)null, Hex = Written(w => w.WriteOption<uint>(null, (x, v) => x.WriteU32(v))) },
                new { Value = (string?)"7", Hex = Written(w => w.WriteOption<uint>(7, (x, v) => x.WriteU32(v))) },
            },
            VecU16 = new[] { new { Value = new[] { 1, 2, 65535 }, Hex = Written(w => w.WriteVector<ushort>([1, 2, 65535], (x, v) => x.WriteU16(v))) } },
            Bytes = new[] { new { Value = Hex(Bytes("bytes", 70)), Hex = Written(w => w.WriteBytes(Bytes("bytes", 70))) } },
            RefusedCompact = new[] { "0100", "02000000", "0300000000", "07000000400000", "37ffffffffffffffffffffffffffffffffff", "01", "" },
        };
    }

    private static object Hashes() => new
    {
        Cases = new[] { 0, 1, 3, 64, 127, 128, 129, 256, 1000 }.Select(length =>
        {
            byte[] input = Bytes("hash", length);
            return new
            {
                Input = Hex(input),
                Sha256 = Hex(Sha2.Hash256(input).AsSpan()),
                Blake2b128 = Hex(Blake2(input, 16)),
                Blake2b256 = Hex(Blake2(input, 32)),
                Blake2b512 = Hex(Blake2(input, 64)),
                Twox64 = Hex(TwoXOf(input, 8)),
                Twox128 = Hex(TwoXOf(input, 16)),
                Twox256 = Hex(TwoXOf(input, 32)),
            };
        }),
        StorageNames = new[] { "System", "Account", "Balances", "TotalIssuance" }
            .Select(name => new { Name = name, Twox128 = Hex(TwoX.Hash128(Encoding.ASCII.GetBytes(name))) }),
    };

    private static object Keys() => new
    {
        Cases = Enumerable.Range(0, 4).Select(i =>
        {
            byte[] seed = Bytes($"seed{i}", 32);
            byte[] message = Bytes($"message{i}", i * 50);
            using ISigner signer = Ed25519.Instance.CreateSigner(seed);
            return new
            {
                Seed = Hex(seed),
                PublicKey = Hex(signer.PublicKey.AsSpan()),
                Message = Hex(message),
                Signature = Hex(signer.Sign(message).AsSpan()),
                Ss58 = new[] { 0, 42, 63, 64, 255, 7391, 16383 }
                    .Select(prefix => new { Prefix = prefix, Address = Ss58.Encode(signer.PublicKey, (ushort)prefix) }),
            };
        }),
    };

    private static object Merkle() => new
    {
        Node = "SHA-256(01 || left || right), leaf SHA-256(00 || data), root SHA-256(02 || count u32 || top)",
        Trees = new[] { 1, 2, 3, 5, 8, 13 }.Select(count =>
        {
            byte[][] data = [.. Enumerable.Range(0, count).Select(i => Bytes($"leaf{i}", 20))];
            Hash256[] leaves = [.. data.Select(bytes => MerkleHash.Leaf(bytes))];
            MerkleTree tree = MerkleTree.Build(leaves);
            return new
            {
                Count = count,
                Data = data.Select(bytes => Hex(bytes)),
                Root = Hex(tree.Root.AsSpan()),
                Proofs = Enumerable.Range(0, count).Select(i => tree.Prove(i).Select(hash => Hex(hash.AsSpan()))),
            };
        }),
    };

    private static string Written(Action<ScaleWriter> write)
    {
        ScaleWriter writer = new();
        write(writer);
        return Hex(writer.WrittenSpan);
    }

    private static byte[] Blake2(byte[] input, int length)
    {
        byte[] digest = new byte[length];
        Blake2b.Hash(input, digest);
        return digest;
    }

    private static byte[] TwoXOf(byte[] input, int length)
    {
        byte[] digest = new byte[length];
        TwoX.Hash(input, digest);
        return digest;
    }
}
