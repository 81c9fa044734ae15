using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Nsn.Protocol.Cryptography;

namespace Nsn.Protocol.Recipes;

/// <summary>
/// The JSON form of a recipe. Only the names of the schema are allowed, each once; optional fields have the defaults of the records. Every violation is reported at
/// once with its path. docs/formats.md has the schema.
/// </summary>
public static class RecipeJson
{
    private static readonly JsonDocumentOptions s_options = new() { MaxDepth = 8, AllowDuplicateProperties = false };
    private static readonly string[] s_emotions = ["neutral", "excited", "sad", "angry", "manic"];

    /// <summary>Reads a recipe from UTF-8 JSON.</summary>
    /// <param name="utf8">At most 64 KiB.</param>
    /// <param name="recipe">The recipe, if the result is true; it is valid.</param>
    /// <param name="violations">Everything that is wrong otherwise.</param>
    public static bool TryParse(ReadOnlyMemory<byte> utf8, [NotNullWhen(true)] out Recipe? recipe, out IReadOnlyList<RecipeViolation> violations)
    {
        recipe = null;
        if (utf8.Length > RecipeLimits.JsonBytesMax)
        {
            violations = [new("", $"must have at most {RecipeLimits.JsonBytesMax} bytes, has {utf8.Length}")];
            return false;
        }

        if (!TryParseDocument(utf8, out JsonDocument? document, out string? reason))
        {
            violations = [new("", $"is not JSON: {reason}")];
            return false;
        }

        using (document)
        {
            RecipeJsonReader root = new(document.RootElement);
            Recipe read = Read(root);
            violations = root.Combine(RecipeValidator.Validate(read));
            recipe = violations.Count == 0 ? read : null;
        }

        return recipe is not null;
    }

    /// <summary>Writes a recipe as JSON, every field spelt out.</summary>
    public static void Write(Utf8JsonWriter writer, Recipe recipe)
    {
        writer.WriteStartObject();
        writer.WriteString("recipe_id", recipe.RecipeId);
        writer.WriteString("version", RecipeLimits.Version);
        writer.WriteStartObject("slot_params");
        if (recipe.SlotParameters.SlotNumber is { } slot)
            writer.WriteNumber("slot_number", slot);
        writer.WriteNumber("duration_sec", recipe.SlotParameters.DurationSeconds);
        writer.WriteString("resolution", $"{recipe.SlotParameters.Width}x{recipe.SlotParameters.Height}");
        writer.WriteNumber("fps", recipe.SlotParameters.FramesPerSecond);
        writer.WriteEndObject();
        writer.WriteStartObject("audio_track");
        writer.WriteString("script", recipe.AudioTrack.Script);
        writer.WriteString("voice_id", recipe.AudioTrack.VoiceId);
        writer.WriteNumber("speed", recipe.AudioTrack.SpeedMilli / 1000m);
        writer.WriteString("emotion", s_emotions[(int)recipe.AudioTrack.Emotion]);
        writer.WriteEndObject();
        writer.WriteStartObject("visual_track");
        writer.WriteString("prompt", recipe.VisualTrack.Prompt);
        writer.WriteString("negative_prompt", recipe.VisualTrack.NegativePrompt);
        writer.WriteString("motion_preset", recipe.VisualTrack.MotionPreset);
        WriteStrings(writer, "expression_sequence", recipe.VisualTrack.ExpressionSequence.AsSpan());
        writer.WriteString("camera_motion", recipe.VisualTrack.CameraMotion);
        writer.WriteEndObject();
        writer.WriteStartObject("semantic_constraints");
        writer.WriteNumber("min_clip_score", recipe.SemanticConstraints.MinClipScoreMillionths / 1_000_000m);
        WriteStrings(writer, "banned_concepts", recipe.SemanticConstraints.BannedConcepts.AsSpan());
        WriteStrings(writer, "required_concepts", recipe.SemanticConstraints.RequiredConcepts.AsSpan());
        writer.WriteEndObject();
        if (recipe.Author is { } author)
        {
            writer.WriteStartObject("security");
            writer.WriteString("director_id", Ss58.Encode(author.Account));
            writer.WriteString("ed25519_signature", author.Signature.ToString());
            writer.WriteNumber("timestamp", author.TimestampMilliseconds);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    // A name with an escaped lone surrogate is no text: looking for repeated names then fails with the second kind of exception.
    private static bool TryParseDocument(ReadOnlyMemory<byte> utf8, [NotNullWhen(true)] out JsonDocument? document, [NotNullWhen(false)] out string? reason)
    {
        try
        {
            document = JsonDocument.Parse(utf8, s_options);
            reason = null;
            return true;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            document = null;
            reason = e.Message;
            return false;
        }
    }

    private static Recipe Read(RecipeJsonReader root)
    {
        string id = root.RequiredString("recipe_id");
        if (root.String("version", RecipeLimits.Version) != RecipeLimits.Version)
            root.Report("version", $"must be \"{RecipeLimits.Version}\"");
        Recipe recipe = new()
        {
            RecipeId = id,
            SlotParameters = ReadSlot(root.RequiredObject("slot_params")),
            AudioTrack = ReadAudio(root.RequiredObject("audio_track")),
            VisualTrack = ReadVisual(root.RequiredObject("visual_track")),
            SemanticConstraints = ReadConstraints(root.Object("semantic_constraints")),
            Author = root.Has("security") ? ReadAuthor(root.RequiredObject("security")) : null,
        };
        root.ReportUnknown();
        return recipe;
    }

    private static SlotParameters ReadSlot(RecipeJsonReader json)
    {
        (ushort width, ushort height) = json.Resolution("resolution", (640, 360));
        SlotParameters slot = new()
        {
            SlotNumber = json.Has("slot_number") ? json.Unsigned("slot_number", null) : null,
            DurationSeconds = json.Unsigned32("duration_sec", null),
            Width = width,
            Height = height,
            FramesPerSecond = json.Unsigned32("fps", 24),
        };
        json.ReportUnknown();
        return slot;
    }

    private static AudioTrack ReadAudio(RecipeJsonReader json)
    {
        AudioTrack audio = new()
        {
            Script = json.RequiredString("script"),
            VoiceId = json.String("voice_id", "default"),
            SpeedMilli = (ushort)json.Fixed("speed", 1000, 1000, ushort.MaxValue),
            Emotion = (Emotion)json.OneOf("emotion", s_emotions),
        };
        json.ReportUnknown();
        return audio;
    }

    private static VisualTrack ReadVisual(RecipeJsonReader json)
    {
        VisualTrack visual = new()
        {
            Prompt = json.RequiredString("prompt"),
            NegativePrompt = json.String("negative_prompt", ""),
            MotionPreset = json.String("motion_preset", "default"),
            ExpressionSequence = json.Strings("expression_sequence"),
            CameraMotion = json.String("camera_motion", "static"),
        };
        json.ReportUnknown();
        return visual;
    }

    private static SemanticConstraints ReadConstraints(RecipeJsonReader json)
    {
        SemanticConstraints constraints = new()
        {
            MinClipScoreMillionths = json.Fixed("min_clip_score", 1_000_000, 0, uint.MaxValue),
            BannedConcepts = json.Strings("banned_concepts"),
            RequiredConcepts = json.Strings("required_concepts"),
        };
        json.ReportUnknown();
        return constraints;
    }

    private static RecipeAuthor ReadAuthor(RecipeJsonReader json)
    {
        string account = json.RequiredString("director_id");
        string signature = json.RequiredString("ed25519_signature");
        ulong timestamp = json.Unsigned("timestamp", null);
        if (!Ss58.TryDecode(account, out AccountId id, out _, out string? reason))
            json.Report("director_id", $"must be an SS58 address: {reason}");
        if (!Signature64.TryParse(signature, out Signature64 bytes))
            json.Report("ed25519_signature", "must be 128 hexadecimal digits");
        json.ReportUnknown();
        return new RecipeAuthor(id, timestamp, bytes);
    }

    private static void WriteStrings(Utf8JsonWriter writer, string name, ReadOnlySpan<string> values)
    {
        writer.WriteStartArray(name);
        foreach (string value in values)
            writer.WriteStringValue(value);
        writer.WriteEndArray();
    }
}
