using System.Text;
using System.Text.Json;
using Nsn.Protocol.Certificates;
using Nsn.Protocol.Chunks;
using Nsn.Protocol.Consensus;
using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Erasure;
using Nsn.Protocol.Recipes;
using Nsn.Protocol.Scale;
using Nsn.Protocol.Tests.Consensus;
using Nsn.Protocol.Vectors;

namespace Nsn.Protocol.Tests.Fuzzing;

/// <summary>
/// Every parser of bytes from outside: no exception, no allocation beyond a small multiple of what the format allows, and whatever is accepted is written back as the very same
/// bytes (one value, one encoding).
/// </summary>
public sealed class ParserFuzzTests
{
    private const int Rounds = 20_000;

    [Fact]
    public void Chunks()
        => Fuzz([.. VectorFiles.SampleClip().Chunks.Select(chunk => chunk.Encode())], 4096,
            bytes => Chunk.TryDecode(bytes, out Chunk? chunk, out _) ? chunk!.Encode() : null);

    [Fact]
    public void Certificates()
    {
        SlotStatement statement = Directors.Context().Statement(null, Verdict.Accept);
        byte[][] seeds = [.. new[] { 3, 4, 5 }.Select(count =>
            Certificate.Create(Directors.Epoch, [.. Directors.Signers.Take(count).Select(signer => Vote.Sign(signer, statement))]).Encode())];
        Fuzz(seeds, 4096, bytes => Certificate.TryDecode(bytes, out Certificate? certificate, out _) ? certificate.Encode() : null);
    }

    [Fact]
    public void Consensus_messages()
    {
        DirectorRound round = Round();
        Fuzz([round.Commit!.Encode(), round.RevealMade!.Encode(), round.VoteMade!.Encode()], 8192,
            bytes => ConsensusMessage.TryDecode(bytes, out ConsensusMessage? message, out _) ? message.Encode() : null);
    }

    [Fact]
    public void Stored_rounds()
    {
        DirectorRound round = Round();
        Fuzz([round.ToBytes()], 64 * 1024, bytes =>
        {
            DirectorRound.TryRestore(bytes, Directors.Context(), HashScheme.Instance, Directors.Signers[0], out _, out _);
            return null;
        });
    }

    [Fact]
    public void Recipes_in_canonical_form()
    {
        Recipe recipe = VectorFiles.SampleRecipe();
        Recipe signed = recipe with { Author = RecipeAuthor.Sign(Directors.Signers[0], default, recipe.Hash(), 5) };
        Fuzz([RecipeCodec.Encode(recipe), RecipeCodec.Encode(signed)], 64 * 1024,
            bytes => RecipeCodec.TryDecode(bytes, out Recipe? read, out _) ? RecipeCodec.Encode(read) : null);
    }

    [Fact]
    public void Recipes_in_JSON()
    {
        Recipe recipe = VectorFiles.SampleRecipe();
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream))
            RecipeJson.Write(writer, recipe with { Author = RecipeAuthor.Sign(Directors.Signers[0], default, recipe.Hash(), 5) });
        byte[] escapes = Encoding.UTF8.GetBytes("""{"recipe_id":"\ud800","\udfff":1,"slot_params":{"duration_sec":1e400,"fps":-0.0,"resolution":"0x0"},"audio_track":[[[[[[[[[]]]]]]]]]}""");
        Fuzz([stream.ToArray(), escapes], 512 * 1024, bytes =>
        {
            bool valid = RecipeJson.TryParse(bytes, out Recipe? read, out IReadOnlyList<RecipeViolation> violations);
            Assert.Equal(valid, violations.Count == 0);
            if (valid)
                RecipeCodec.Encode(read!);
            return null;
        });
    }

    [Fact]
    public void Shard_sets_and_evidence()
    {
        ScaleWriter set = new(), evidence = new();
        ShardSet.Write(set, ShardSet.Encode([1, 2, 3], out _));
        Vote vote = Round().VoteMade!.Vote;
        EquivocationEvidence.Write(evidence, new EquivocationEvidence(vote, vote));
        Fuzz([set.ToArray(), evidence.ToArray()], 8192, bytes =>
        {
            ScaleReader reader = new(bytes);
            ScaleWriter back = new();
            if (bytes.Length == ShardSet.Size && ShardSet.TryRead(ref reader, out ShardSet? read) && reader.TryReadEnd())
                ShardSet.Write(back, read);
            else if (bytes.Length != ShardSet.Size && EquivocationEvidence.TryRead(ref reader, out EquivocationEvidence? piece) && reader.TryReadEnd())
                EquivocationEvidence.Write(back, piece);
            else
                return null;
            return back.ToArray();
        });
    }

    [Fact]
    public void Addresses()
        => Fuzz([Encoding.ASCII.GetBytes(Ss58.Encode(default)), Encoding.ASCII.GetBytes(Ss58.Encode(default, 255))], 4096, bytes =>
        {
            string text = Encoding.Latin1.GetString(bytes);
            return Ss58.TryDecode(text, out AccountId account, out ushort prefix, out _) && prefix is not (46 or 47)
                ? Encoding.Latin1.GetBytes(Ss58.Encode(account, prefix)) : null;
        });

    [Fact]
    public void Any_sequence_of_reads()
    {
        Random random = new(4);
        Fuzz([[0x15, 0x01, 1, 0, 4, 65, 0xFE, 0xFF, 0xFF, 0xFF, 3, 0, 0, 0, 64]], 64 * 1024, bytes =>
        {
            ScaleReader reader = new(bytes);
            for (int i = 0; i < 20; i++)
            {
                int before = reader.Offset;
                bool read = random.Next(9) switch
                {
                    0 => reader.TryReadBool(out _),
                    1 => reader.TryReadU128(out _),
                    2 => reader.TryReadCompact(out _),
                    3 => reader.TryReadCompactU32(out _),
                    4 => reader.TryReadString(100, out _),
                    5 => reader.TryReadVector(2, 50, (ref ScaleReader r, out ushort v) => r.TryReadU16(out v), out _),
                    6 => reader.TryReadVariant(3, out _),
                    7 => reader.TryReadBytes(1000, out _),
                    _ => reader.TryReadU64(out _),
                };
                Assert.InRange(reader.Offset, before, bytes.Length);
                Assert.Equal(read, reader.Error == ScaleError.None);
            }

            return null;
        });
    }

    private static DirectorRound Round()
    {
        DirectorRound round = Directors.Honest(Directors.Context(), 0, new Random(1));
        Assert.True(round.TryReveal([round.Commit!], out RevealMessage? reveal, out _));
        round.CastVote([reveal]);
        return round;
    }

    private static void Fuzz(byte[][] seeds, int allocationMax, Func<byte[], byte[]?> parse)
    {
        foreach (byte[] seed in seeds)
            parse(seed);
        Mutator mutator = new(seeds[0].Length);
        for (int i = 0; i < Rounds; i++)
        {
            byte[] input = mutator.Next(seeds);
            byte[] kept = [.. input];
            long before = GC.GetAllocatedBytesForCurrentThread();
            byte[]? back = parse(input);
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated <= allocationMax + 16L * input.Length, $"{allocated} bytes allocated for {Convert.ToHexString(input)}");
            Assert.Equal(kept, input);
            if (back is not null && !back.AsSpan().SequenceEqual(input))
                Assert.Fail($"accepted {Convert.ToHexString(input)}, which is written as {Convert.ToHexString(back)}");
        }
    }
}
