using System.Text;
using System.Text.Json;
using Nsn.Protocol.Certificates;
using Nsn.Protocol.Chunks;
using Nsn.Protocol.Consensus;
using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Recipes;

namespace Nsn.Protocol.Vectors;

public static partial class VectorFiles
{
    internal static readonly Hash256 ChainId = Hash("chain");

    internal const ulong Epoch = 7;
    internal const ulong Slot = 4711;

    /// <summary>Five signers in the order of the epoch.</summary>
    internal static ISigner[] Signers()
        => [.. Enumerable.Range(0, Quorum.Directors).Select(i => Ed25519.Instance.CreateSigner(Bytes($"director{i}", 32)))];

    /// <summary>A clip of three small segments, cut at 100 bytes.</summary>
    internal static Clip SampleClip()
    {
        ClipBuilder builder = new(payloadBytesMax: 100);
        builder.AddSegment(Bytes("segment0", 250), 0, 1000);
        builder.AddSegment(Bytes("segment1", 100), 1000, 1000);
        builder.AddSegment(Bytes("segment2", 1), 2000, 500, ChunkKind.WebVtt);
        return builder.Build(Slot);
    }

    internal static SlotStatement Statement(Verdict verdict) => new()
    {
        ChainId = ChainId,
        Epoch = Epoch,
        Slot = Slot,
        RecipeHash = SampleRecipe().Hash(),
        ModelPackHash = Hash("models"),
        ContentRoot = SampleClip().ContentRoot,
        EmbeddingHash = Embedding("embedding").Hash,
        Verdict = verdict,
    };

    internal static QuantisedEmbedding Embedding(string label)
    {
        float[] vector = [.. Bytes(label, QuantisedEmbedding.Length).Select(value => (value - 128) / 100f)];
        return QuantisedEmbedding.TryQuantise(vector, out QuantisedEmbedding? embedding, out string? reason)
            ? embedding : throw new InvalidOperationException(reason);
    }

    internal static Recipe SampleRecipe() => new()
    {
        RecipeId = "lighthouse-1",
        SlotParameters = new() { SlotNumber = Slot, DurationSeconds = 8, Width = 640, Height = 360, FramesPerSecond = 24 },
        AudioTrack = new() { Script = "Good evening. The sea is calm tonight.", VoiceId = "anna", SpeedMilli = 950, Emotion = Emotion.Sad },
        VisualTrack = new()
        {
            Prompt = "a lighthouse in a storm, Grüße 📺",
            NegativePrompt = "text",
            MotionPreset = "sway",
            ExpressionSequence = ["calm", "smile"],
            CameraMotion = "pan-left",
        },
        SemanticConstraints = new() { MinClipScoreMillionths = 250_000, BannedConcepts = ["blood"], RequiredConcepts = ["lighthouse", "sea"] },
    };

    private static object Chunks()
    {
        Clip clip = SampleClip();
        return new
        {
            Slot = Slot.ToString(),
            ContentRoot = Hex(clip.ContentRoot.AsSpan()),
            Segments = new[] { Hex(Bytes("segment0", 250)), Hex(Bytes("segment1", 100)), Hex(Bytes("segment2", 1)) },
            Chunks = clip.Chunks.Select(chunk => new
            {
                chunk.Header.LeafIndex,
                chunk.Header.LeafCount,
                Kind = (int)chunk.Header.Kind,
                chunk.Header.SegmentIndex,
                chunk.Header.ChunkIndex,
                chunk.Header.ChunkCount,
                chunk.Header.StartMilliseconds,
                chunk.Header.DurationMilliseconds,
                chunk.Header.PayloadLength,
                LeafHash = Hex(chunk.Header.LeafHash().AsSpan()),
                Proof = chunk.Proof.ToArray().Select(hash => Hex(hash.AsSpan())),
                Encoded = Hex(chunk.Encode()),
            }),
            Refused = RefusedChunks(clip),
        };
    }

    private static object RefusedChunks(Clip clip)
    {
        byte[] good = clip.GetChunk(1).Encode();
        return new (string What, int Offset, byte Value)[]
        {
            ("version", 0, 3), ("slot", 2, 0), ("content root", 10, 0), ("leaf count", 42, 6), ("leaf index", 46, 2), ("leaf index above count", 46, 9),
            ("kind", 50, 1), ("unknown kind", 50, 9), ("segment index", 51, 1), ("chunk index", 55, 0), ("chunk count", 59, 4), ("start", 63, 1),
            ("duration", 67, 1), ("payload length", 71, 99), ("payload hash", 75, 0), ("proof count", 107, 8), ("sibling", 108, 0), ("payload", good.Length - 1, 0),
        }.Select(change =>
        {
            byte[] bad = [.. good];
            bad[change.Offset] = bad[change.Offset] == change.Value ? (byte)(change.Value + 1) : change.Value;
            ChunkError error = Chunk.TryDecode(bad, out Chunk? chunk, out ChunkError form) ? chunk!.Verify(Slot, clip.ContentRoot) : form;
            return new { change.What, Error = error.ToString(), Encoded = Hex(bad) };
        }).Append(new { What = "cut off", Error = nameof(ChunkError.Malformed), Encoded = Hex(good.AsSpan(0, good.Length - 1)) })
            .Append(new { What = "one byte more", Error = nameof(ChunkError.Malformed), Encoded = Hex(good) + "00" });
    }

    private static object Certificates()
    {
        ISigner[] signers = Signers();
        EpochDirectors directors = new(ChainId, Epoch, [.. signers.Select(signer => signer.PublicKey)]);
        SlotStatement statement = Statement(Verdict.Accept);
        return new
        {
            ChainId = Hex(ChainId.AsSpan()),
            Epoch = Epoch.ToString(),
            Slot = Slot.ToString(),
            Directors = directors.Accounts.Select(account => Hex(account.AsSpan())),
            RecipeHash = Hex(statement.RecipeHash.AsSpan()),
            ModelPackHash = Hex(statement.ModelPackHash.AsSpan()),
            ContentRoot = Hex(statement.ContentRoot.AsSpan()),
            EmbeddingHash = Hex(statement.EmbeddingHash.AsSpan()),
            SignedBytes = Hex(statement.ToSignedBytes()),
            Good = new[] { (int[])[0, 1, 2], [0, 2, 4], [0, 1, 2, 3, 4] }.Select(places => new
            {
                Places = places,
                Verdict = (int)Verdict.Accept,
                Encoded = Hex(Signed(directors, signers, places, Verdict.Accept)),
            }).Append(new { Places = (int[])[1, 3, 4], Verdict = (int)Verdict.RejectScores, Encoded = Hex(Signed(directors, signers, [1, 3, 4], Verdict.RejectScores)) }),
            Refused = RefusedCertificates(directors, signers),
        };
    }

    private static byte[] Signed(EpochDirectors directors, ISigner[] signers, int[] places, Verdict verdict)
        => Certificate.Create(directors, [.. places.Select(place => Vote.Sign(signers[place], Statement(verdict)))]).Encode();

    private static object RefusedCertificates(EpochDirectors directors, ISigner[] signers)
    {
        byte[] good = Signed(directors, signers, [0, 1, 2], Verdict.Accept);
        return new (string What, int Offset, byte Value)[]
        {
            ("version", 0, 2), ("chain", 1, 0), ("epoch", 33, 8), ("slot", 41, 0), ("recipe", 49, 0), ("content root", 113, 0), ("verdict", 177, 1),
            ("unknown verdict", 177, 6), ("signers swapped", 178, 0b01011), ("too few signers", 178, 0b00011), ("sixth director", 178, 0b100011),
            ("signature", 179, 0), ("S of the signature", 179 + 63, 0xFF),
        }.Select(change =>
        {
            byte[] bad = [.. good];
            bad[change.Offset] = bad[change.Offset] == change.Value ? (byte)(change.Value + 1) : change.Value;
            CertificateError error = Certificate.TryDecode(bad, out Certificate? certificate, out CertificateError form)
                ? certificate.Verify(Ed25519.Instance, directors) : form;
            return new { change.What, Error = error.ToString(), Encoded = Hex(bad) };
        }).Append(new { What = "cut off", Error = nameof(CertificateError.Malformed), Encoded = Hex(good.AsSpan(0, good.Length - 1)) });
    }

    private static object Embeddings()
    {
        string[] labels = ["embedding", "other", "third"];
        return new
        {
            Cases = labels.Select(label => new
            {
                Floats = Bytes(label, QuantisedEmbedding.Length).Select(value => (value - 128) / 100f),
                Quantised = Hex(Embedding(label).Bytes),
                Hash = Hex(Embedding(label).Hash.AsSpan()),
                Similarities = labels.Select(other => Embedding(label).SimilarityTo(Embedding(other))),
            }),
        };
    }

    private static object Recipes()
    {
        using ISigner signer = Ed25519.Instance.CreateSigner(Bytes("author", 32));
        Recipe minimal = new()
        {
            RecipeId = "r1",
            SlotParameters = new() { DurationSeconds = 5 },
            AudioTrack = new() { Script = "Hello." },
            VisualTrack = new() { Prompt = "a cat" },
        };
        Recipe full = SampleRecipe();
        Recipe signed = full with { Author = RecipeAuthor.Sign(signer, ChainId, full.Hash(), 1_700_000_000_000) };
        return new
        {
            ChainId = Hex(ChainId.AsSpan()),
            Cases = new[] { minimal, full, signed }.Select(recipe => new
            {
                Json = Json(recipe),
                Canonical = Hex(RecipeCodec.Encode(recipe)),
                Hash = Hex(recipe.Hash().AsSpan()),
            }),
        };
    }

    private static JsonElement Json(Recipe recipe)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream))
            RecipeJson.Write(writer, recipe);
        return JsonSerializer.Deserialize<JsonElement>(Encoding.UTF8.GetString(stream.ToArray()));
    }

    private static object Draws() => new
    {
        EpochRandomness = Hex(Hash("randomness").AsSpan()),
        Seeds = new ulong[] { 0, 1, Slot }.Select(slot => new { Slot = slot.ToString(), Seed = Hex(SlotSeed.Derive(Hash("randomness"), slot).AsSpan()) }),
        Frames = new (int Count, int Sample)[] { (192, 4), (7, 3), (5, 9), (1440, 12) }.Select(draw => new
        {
            Secret = Hex(Hash("secret").AsSpan()),
            ContentRoot = Hex(Hash("content").AsSpan()),
            draw.Count,
            draw.Sample,
            Frames = FrameSample.Draw(Hash("secret"), Hash("content"), draw.Count, draw.Sample),
        }),
    };
}
