using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Nsn.Protocol.Certificates;
using Nsn.Protocol.Chunks;
using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Erasure;
using Nsn.Protocol.Merkle;
using Nsn.Protocol.Recipes;
using Nsn.Protocol.Scale;
using Nsn.Protocol.Tests.Consensus;

namespace Nsn.Protocol.Tests.Properties;

public sealed class RoundTripProperties
{
    private static readonly Gen<byte> s_byte = Gen.Choose(0, 255).Select(value => (byte)value);

    [Fact]
    public void Compact_integers_come_back_and_longer_forms_of_them_are_refused()
        => Check(Gen.Choose(0, 128).SelectMany(bits => Bytes(16, 16).Select(bytes => (bits, bytes))), (Func<(int Bits, byte[] Bytes), bool>)(value =>
        {
            UInt128 number = value.Bits == 0 ? 0 : System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(value.Bytes) >> (128 - value.Bits);
            ScaleWriter writer = new();
            writer.WriteCompact(number);
            ScaleReader reader = new(writer.WrittenSpan);
            bool back = reader.TryReadCompact(out UInt128 read) && reader.TryReadEnd() && read == number;

            byte[] longest = new byte[17];
            longest[0] = 12 << 2 | 3;
            System.Buffers.Binary.BinaryPrimitives.WriteUInt128LittleEndian(longest.AsSpan(1), number);
            ScaleReader longer = new(longest);
            return back && longer.TryReadCompact(out _) == (number >> 120 != 0);
        }));

    [Fact]
    public void Vectors_of_strings_come_back()
        => Check(ArbMap.Default.GeneratorFor<string[]>(), values =>
        {
            string[] texts = [.. values.Select(text => new string([.. (text ?? "").Where(unit => !char.IsSurrogate(unit))]))];
            ScaleWriter writer = new();
            writer.WriteVector<string>(texts, (w, text) => w.WriteString(text));
            ScaleReader reader = new(writer.WrittenSpan);
            return reader.TryReadVector(1, texts.Length, ReadText, out string[]? read)
                && reader.TryReadEnd() && read.SequenceEqual(texts);
        });

    [Fact]
    public void Addresses_come_back_for_every_account_and_prefix()
        => Check(Bytes(32, 32).SelectMany(key => Gen.Choose(0, Ss58.PrefixMax).Select(prefix => (key, prefix))), value =>
        {
            if (value.prefix is 46 or 47)
                return true;
            AccountId account = new(value.key);
            return Ss58.TryDecode(Ss58.Encode(account, (ushort)value.prefix), out AccountId read, out ushort prefix, out _)
                && read == account && prefix == value.prefix;
        });

    [Fact]
    public void Proofs_hold_for_their_leaf_and_for_no_changed_one()
        => Check(Gen.Choose(1, 300).SelectMany(count => Gen.Choose(0, count - 1).Select(index => (count, index))), value =>
        {
            Hash256[] leaves = [.. Enumerable.Range(0, value.count).Select(i => MerkleHash.Leaf(BitConverter.GetBytes(i)))];
            MerkleTree tree = MerkleTree.Build(leaves);
            Hash256[] proof = tree.Prove(value.index);
            return MerkleProof.Verify(tree.Root, leaves[value.index], (uint)value.index, (uint)value.count, proof)
                && !MerkleProof.Verify(tree.Root, MerkleHash.Leaf("x"u8), (uint)value.index, (uint)value.count, proof);
        });

    [Fact]
    public void Clips_come_back_and_a_changed_bit_never_passes()
        => Check(Bytes(1, 500).NonEmptyListOf().SelectMany(segments => Gen.Choose(1, 200).SelectMany(size =>
            Gen.Choose(0, int.MaxValue).Select(seed => (segments: segments.Take(40).ToArray(), size, seed)))), value =>
        {
            int size = Math.Max(value.size, value.segments.Max(segment => segment.Length) / 60 + 1);
            ClipBuilder builder = new(size);
            foreach (byte[] segment in value.segments)
                builder.AddSegment(segment, (uint)builder.SegmentCount * 1000, 1000);
            Clip clip = builder.Build(9);
            Random random = new(value.seed);
            ClipAssembler assembler = new(9, clip.ContentRoot);
            List<byte[]> taken = [];
            foreach (Chunk chunk in clip.Chunks.OrderBy(_ => random.Next()))
            {
                byte[] encoded = chunk.Encode();
                int bit = random.Next(encoded.Length * 8);
                encoded[bit / 8] ^= (byte)(1 << (bit % 8));
                if (assembler.Add(encoded) is ChunkError.None or ChunkError.InconsistentLayout)
                    return false;
                if (assembler.Add(chunk.Encode()) != ChunkError.None)
                    return false;
                while (assembler.TryTakeSegment(out VerifiedSegment? segment))
                    taken.Add(segment.Bytes.ToArray());
            }

            return assembler.IsComplete && taken.Count == value.segments.Length
                && taken.Zip(value.segments).All(pair => pair.First.AsSpan().SequenceEqual(pair.Second));
        });

    [Fact]
    public void Three_or_more_different_directors_make_a_certificate_and_fewer_do_not()
        => Check(Gen.Choose(0, 31), signers =>
        {
            SlotStatement statement = Directors.Context().Statement(null, Verdict.RejectContent);
            Vote[] votes = [.. Enumerable.Range(0, 5).Where(place => (signers >> place & 1) != 0).Select(place => Vote.Sign(Directors.Signers[place], statement))];
            if (votes.Length < Quorum.Votes)
                return Record.Exception(() => Certificate.Create(Directors.Epoch, votes)) is ArgumentException;
            return Certificate.TryDecode(Certificate.Create(Directors.Epoch, votes).Encode(), out Certificate? read, out _)
                && read.Signers == signers && read.Verify(HashScheme.Instance, Directors.Epoch) == CertificateError.None;
        });

    [Fact]
    public void Data_comes_back_from_any_ten_shards()
        => Check(Bytes(1, 3000).SelectMany(data => Gen.Choose(0, int.MaxValue).Select(seed => (data, seed))), value =>
        {
            ShardSet set = ShardSet.Encode(value.data, out byte[][] shards);
            Random random = new(value.seed);
            byte[]?[] left = [.. shards];
            foreach (int place in Enumerable.Range(0, 14).OrderBy(_ => random.Next()).Take(4))
                left[place] = random.Next(2) == 0 ? null : [.. shards[place].Select(b => (byte)~b)];
            return set.TryDecode(left, out byte[]? back, out _) && back.AsSpan().SequenceEqual(value.data);
        });

    [Fact]
    public void Valid_recipes_survive_JSON_and_the_canonical_form()
        => Check(Gen.Choose(0, int.MaxValue).Select(seed => RandomRecipe(new Random(seed))), recipe =>
        {
            using MemoryStream stream = new();
            using (Utf8JsonWriter writer = new(stream))
                RecipeJson.Write(writer, recipe);
            byte[] canonical = RecipeCodec.Encode(recipe);
            return RecipeJson.TryParse(stream.ToArray(), out Recipe? fromJson, out _) && RecipeCodec.Encode(fromJson).AsSpan().SequenceEqual(canonical)
                && RecipeCodec.TryDecode(canonical, out Recipe? read, out _) && read.Hash() == recipe.Hash();
        });

    private static bool ReadText(ref ScaleReader reader, [System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out string text)
        => reader.TryReadString(int.MaxValue, out text);

    private static Gen<byte[]> Bytes(int minimum, int maximum)
        => Gen.Choose(minimum, maximum).SelectMany(length => s_byte.ArrayOf(length));

    private static Recipe RandomRecipe(Random random)
    {
        return new()
        {
            RecipeId = Name(),
            SlotParameters = new()
            {
                SlotNumber = random.Next(2) == 0 ? null : (ulong)random.NextInt64(),
                DurationSeconds = (uint)random.Next(5, 61),
                Width = (ushort)(random.Next(32, 961) * 2),
                Height = (ushort)(random.Next(32, 961) * 2),
                FramesPerSecond = (uint)random.Next(8, 61),
            },
            AudioTrack = new() { Script = Words(2000), VoiceId = Name(), SpeedMilli = (ushort)random.Next(500, 2001), Emotion = (Emotion)random.Next(5) },
            VisualTrack = new()
            {
                Prompt = Words(2000),
                NegativePrompt = random.Next(2) == 0 ? "" : Words(2000),
                MotionPreset = Name(),
                CameraMotion = Name(),
                ExpressionSequence = [.. Enumerable.Range(0, random.Next(17)).Select(_ => Name())],
            },
            SemanticConstraints = new()
            {
                MinClipScoreMillionths = (uint)random.Next(1_000_001),
                BannedConcepts = [.. Enumerable.Range(0, random.Next(17)).Select(_ => Words(100))],
                RequiredConcepts = [.. Enumerable.Range(0, random.Next(17)).Select(_ => Words(100))],
            },
        };

        string Name() => new([.. Enumerable.Range(0, random.Next(1, 65)).Select(_ => "aZ09.-_"[random.Next(7)])]);

        string Words(int maximum)
        {
            StringBuilder text = new("x");
            for (int i = random.Next(Math.Min(maximum, 60)); i > 0; i--)
                text.Append((string[])["a", "ß", "電", "📺", " ", "\n", "\"", "\\", "/", "é"] is { } letters ? letters[random.Next(letters.Length)] : "");
            return text.ToString();
        }
    }

    private static void Check<T>(Gen<T> gen, Func<T, bool> property)
        => Prop.ForAll(gen.ToArbitrary(), property).Check(Config.QuickThrowOnFailure.WithMaxTest(200));
}
