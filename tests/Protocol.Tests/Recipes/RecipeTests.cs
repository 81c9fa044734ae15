using System.Text;
using System.Text.Json;
using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Recipes;
using Nsn.Protocol.Vectors;

namespace Nsn.Protocol.Tests.Recipes;

public sealed class RecipeTests
{
    private const string Minimal = """
        {"recipe_id":"r1","slot_params":{"duration_sec":5},"audio_track":{"script":"Hello."},"visual_track":{"prompt":"a cat"}}
        """;

    [Fact]
    public void A_minimal_recipe_gets_the_defaults()
    {
        Recipe recipe = Parse(Minimal);
        Assert.Equal(("640x360", 24u, 1000, Emotion.Neutral), ($"{recipe.SlotParameters.Width}x{recipe.SlotParameters.Height}",
            recipe.SlotParameters.FramesPerSecond, recipe.AudioTrack.SpeedMilli, recipe.AudioTrack.Emotion));
        Assert.Null(recipe.SlotParameters.SlotNumber);
        Assert.Null(recipe.Author);
    }

    [Fact]
    public void JSON_and_the_canonical_form_carry_the_same_recipe()
    {
        using ISigner signer = Ed25519.Instance.CreateSigner(new byte[32]);
        Recipe recipe = VectorFiles.SampleRecipe();
        Hash256 chain = Sha2.Hash256("chain"u8);
        recipe = recipe with { Author = RecipeAuthor.Sign(signer, chain, recipe.Hash(), 1000) };
        Assert.Equal(RecipeCodec.Encode(recipe), RecipeCodec.Encode(Parse(Json(recipe))));
        Assert.True(RecipeCodec.TryDecode(RecipeCodec.Encode(recipe), out Recipe? read, out _));
        Assert.Equal(RecipeCodec.Encode(recipe), RecipeCodec.Encode(read));
        Assert.Equal(recipe.Hash(), (read with { Author = null }).Hash());
        Assert.True(read.Author!.Verify(Ed25519.Instance, chain, read.Hash(), 1500, 500));
        Assert.False(read.Author.Verify(Ed25519.Instance, chain, read.Hash(), 1501, 500));
        Assert.False(read.Author.Verify(Ed25519.Instance, chain, Parse(Minimal).Hash(), 1000, 500));
    }

    [Fact]
    public void Every_violation_is_reported_at_once_with_its_path()
    {
        const string Bad = """
            {"recipe_id":"has space","version":"2.0","colour":1,
             "slot_params":{"duration_sec":61,"resolution":"641x99999","fps":"many","slot_number":-1},
             "audio_track":{"script":"  ","speed":1.23456,"emotion":"bored"},
             "visual_track":{"prompt":7,"expression_sequence":["ok",3,"not ok"],"camera_motion":""},
             "semantic_constraints":{"min_clip_score":1.5,"banned_concepts":"none","required_concepts":[""]},
             "security":{"director_id":"x","ed25519_signature":"y"}}
            """;
        Assert.False(RecipeJson.TryParse(Encoding.UTF8.GetBytes(Bad), out _, out IReadOnlyList<RecipeViolation> violations));
        string[] expected =
        [
            "/audio_track/emotion", "/audio_track/script", "/audio_track/speed", "/colour", "/recipe_id",
            "/security/director_id", "/security/ed25519_signature", "/security/timestamp",
            "/semantic_constraints/banned_concepts", "/semantic_constraints/min_clip_score", "/semantic_constraints/required_concepts/0",
            "/slot_params/duration_sec", "/slot_params/fps", "/slot_params/resolution", "/slot_params/slot_number", "/version",
            "/visual_track/camera_motion", "/visual_track/expression_sequence/1", "/visual_track/expression_sequence/2", "/visual_track/prompt",
        ];
        Assert.Equal(expected, violations.Select(violation => violation.Path).Order(StringComparer.Ordinal));
        Assert.All(violations, violation => Assert.NotEmpty(violation.Message));
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("[]", "")]
    [InlineData("""{"recipe_id":"a","recipe_id":"b"}""", "")]
    [InlineData("""{"recipe_id":"r1","slot_params":5,"audio_track":{"script":"x"},"visual_track":{"prompt":"x"}}""", "/slot_params")]
    [InlineData("""{"recipe_id":"r1","slot_params":{"duration_sec":5},"audio_track":{"script":"\ud800"},"visual_track":{"prompt":"x"}}""", "/audio_track/script")]
    [InlineData("""{"recipe_id":"r1","slot_params":{"duration_sec":5},"audio_track":{"script":"a\u0000b"},"visual_track":{"prompt":"x"}}""", "/audio_track/script")]
    [InlineData("""{"recipe_id":"r1","slot_params":{"duration_sec":4294967301},"audio_track":{"script":"x"},"visual_track":{"prompt":"x"}}""", "/slot_params/duration_sec")]
    public void Other_documents_are_refused_at_the_right_place(string json, string path)
    {
        Assert.False(RecipeJson.TryParse(Encoding.UTF8.GetBytes(json), out _, out IReadOnlyList<RecipeViolation> violations));
        Assert.Equal(path, Assert.Single(violations).Path);
    }

    [Fact]
    public void Lengths_are_counted_in_characters_and_the_limit_itself_is_allowed()
    {
        Recipe recipe = Parse(Minimal);
        Assert.Empty(RecipeValidator.Validate(With(string.Concat(Enumerable.Repeat("📺", 2000)))));
        Assert.Equal("/visual_track/prompt", Assert.Single(RecipeValidator.Validate(With(string.Concat(Enumerable.Repeat("📺", 2001))))).Path);
        Recipe With(string prompt) => recipe with { VisualTrack = recipe.VisualTrack with { Prompt = prompt } };
    }

    [Fact]
    public void The_largest_recipe_fits_its_canonical_limit()
    {
        string text = string.Concat(Enumerable.Repeat("📺", 2000));
        string concept = string.Concat(Enumerable.Repeat("📺", 100));
        Recipe largest = new()
        {
            RecipeId = new string('x', 64),
            SlotParameters = new() { SlotNumber = ulong.MaxValue, DurationSeconds = 60 },
            AudioTrack = new() { Script = text, VoiceId = new string('v', 64) },
            VisualTrack = new()
            {
                Prompt = text,
                NegativePrompt = text,
                MotionPreset = new string('m', 64),
                CameraMotion = new string('c', 64),
                ExpressionSequence = [.. Enumerable.Repeat(new string('e', 64), 16)],
            },
            SemanticConstraints = new() { BannedConcepts = [.. Enumerable.Repeat(concept, 16)], RequiredConcepts = [.. Enumerable.Repeat(concept, 16)] },
        };
        Assert.True(RecipeCodec.TryDecode(RecipeCodec.Encode(largest), out _, out _));
    }

    [Fact]
    public void Of_recipes_for_one_slot_everybody_chooses_the_same()
    {
        using ISigner director = Ed25519.Instance.CreateSigner(new byte[32]);
        Recipe[] recipes = [.. Enumerable.Range(0, 6).Select(i => Parse(Minimal) with { RecipeId = $"r{i}" })];
        Recipe lowest = recipes.MinBy(recipe => recipe.Hash())!;
        Assert.Equal(lowest.RecipeId, RecipeConflict.Choose(recipes, _ => false)!.RecipeId);
        Assert.Equal(lowest.RecipeId, RecipeConflict.Choose(recipes.Reverse(), _ => false)!.RecipeId);

        Recipe signed = recipes.MaxBy(recipe => recipe.Hash())!;
        Recipe[] withSigned = [.. recipes.Select(recipe => recipe.RecipeId == signed.RecipeId
            ? recipe with { Author = RecipeAuthor.Sign(director, default, recipe.Hash(), 0) } : recipe)];
        Assert.Equal(signed.RecipeId, RecipeConflict.Choose(withSigned, account => account == director.PublicKey)!.RecipeId);
        Assert.Equal(lowest.RecipeId, RecipeConflict.Choose(withSigned, _ => false)!.RecipeId);
        Assert.Null(RecipeConflict.Choose([], _ => false));
    }

    private static Recipe Parse(string json)
        => RecipeJson.TryParse(Encoding.UTF8.GetBytes(json), out Recipe? recipe, out IReadOnlyList<RecipeViolation> violations)
            ? recipe : throw new InvalidOperationException(string.Join("; ", violations));

    private static string Json(Recipe recipe)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream))
            RecipeJson.Write(writer, recipe);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
