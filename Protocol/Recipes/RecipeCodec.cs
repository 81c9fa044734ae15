using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Scale;

namespace Nsn.Protocol.Recipes;

/// <summary>The canonical form of a recipe: SCALE in the order of the schema, the author last. One recipe has one form.</summary>
public static class RecipeCodec
{
    // A string of the format has at most 2,000 characters of 4 bytes each.
    private const int TextBytesMax = RecipeLimits.TextCharactersMax * 4;

    /// <summary>The canonical form, with the author.</summary>
    /// <exception cref="ArgumentException">The recipe is not valid; ask <see cref="RecipeValidator"/> first.</exception>
    public static byte[] Encode(Recipe recipe)
    {
        ThrowIfInvalid(recipe);
        ScaleWriter writer = new(1024);
        WriteBody(writer, recipe);
        writer.WriteOption(recipe.Author, static (w, author) =>
        {
            AccountId.Write(w, author.Account);
            w.WriteU64(author.TimestampMilliseconds);
            Signature64.Write(w, author.Signature);
        });
        return writer.ToArray();
    }

    /// <summary>SHA-256 of the tag of recipes and the canonical form without the author.</summary>
    /// <exception cref="ArgumentException">The recipe is not valid; ask <see cref="RecipeValidator"/> first.</exception>
    public static Hash256 Hash(Recipe recipe)
    {
        ThrowIfInvalid(recipe);
        ScaleWriter writer = new(1024);
        writer.WriteFixed(DomainTag.Recipe);
        WriteBody(writer, recipe);
        return Sha2.Hash256(writer.WrittenSpan);
    }

    /// <summary>Reads a canonical form; what it gives is valid.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> encoded, [NotNullWhen(true)] out Recipe? recipe, [NotNullWhen(false)] out string? reason)
    {
        recipe = null;
        reason = "longer than a recipe can be";
        if (encoded.Length > RecipeLimits.CanonicalBytesMax)
            return false;
        ScaleReader reader = new(encoded);
        if (!TryReadBody(ref reader, out Recipe? body) || !TryReadAuthor(ref reader, out RecipeAuthor? author) || !reader.TryReadEnd())
        {
            reason = $"not a recipe: {reader.Error} at byte {reader.Offset}";
            return false;
        }

        IReadOnlyList<RecipeViolation> violations = RecipeValidator.Validate(body);
        reason = violations.Count == 0 ? null : $"{violations[0].Path} {violations[0].Message}";
        recipe = violations.Count == 0 ? body with { Author = author } : null;
        return recipe is not null;
    }

    private static void ThrowIfInvalid(Recipe recipe)
    {
        IReadOnlyList<RecipeViolation> violations = RecipeValidator.Validate(recipe);
        if (violations.Count > 0)
            throw new ArgumentException($"{violations[0].Path} {violations[0].Message}", nameof(recipe));
    }

    private static void WriteBody(ScaleWriter writer, Recipe recipe)
    {
        writer.WriteString(recipe.RecipeId);
        writer.WriteString(RecipeLimits.Version);
        writer.WriteOption(recipe.SlotParameters.SlotNumber, static (w, slot) => w.WriteU64(slot));
        writer.WriteU32(recipe.SlotParameters.DurationSeconds);
        writer.WriteU16(recipe.SlotParameters.Width);
        writer.WriteU16(recipe.SlotParameters.Height);
        writer.WriteU32(recipe.SlotParameters.FramesPerSecond);
        writer.WriteString(recipe.AudioTrack.Script);
        writer.WriteString(recipe.AudioTrack.VoiceId);
        writer.WriteU16(recipe.AudioTrack.SpeedMilli);
        writer.WriteVariant((byte)recipe.AudioTrack.Emotion);
        writer.WriteString(recipe.VisualTrack.Prompt);
        writer.WriteString(recipe.VisualTrack.NegativePrompt);
        writer.WriteString(recipe.VisualTrack.MotionPreset);
        WriteStrings(writer, recipe.VisualTrack.ExpressionSequence);
        writer.WriteString(recipe.VisualTrack.CameraMotion);
        writer.WriteU32(recipe.SemanticConstraints.MinClipScoreMillionths);
        WriteStrings(writer, recipe.SemanticConstraints.BannedConcepts);
        WriteStrings(writer, recipe.SemanticConstraints.RequiredConcepts);
    }

    private static bool TryReadBody(ref ScaleReader reader, [NotNullWhen(true)] out Recipe? recipe)
    {
        recipe = null;
        if (!reader.TryReadString(RecipeLimits.IdentifierCharactersMax, out string? id)
            || !reader.TryReadString(RecipeLimits.IdentifierCharactersMax, out string? version)
            || (version != RecipeLimits.Version && !reader.Fail(ScaleError.ValueOutOfRange))
            || !TryReadSlot(ref reader, out SlotParameters? slot)
            || !TryReadAudio(ref reader, out AudioTrack? audio)
            || !TryReadVisual(ref reader, out VisualTrack? visual)
            || !reader.TryReadU32(out uint score)
            || !TryReadStrings(ref reader, RecipeLimits.ConceptCharactersMax * 4, out ImmutableArray<string> banned)
            || !TryReadStrings(ref reader, RecipeLimits.ConceptCharactersMax * 4, out ImmutableArray<string> required))
        {
            return false;
        }

        recipe = new Recipe
        {
            RecipeId = id,
            SlotParameters = slot,
            AudioTrack = audio,
            VisualTrack = visual,
            SemanticConstraints = new() { MinClipScoreMillionths = score, BannedConcepts = banned, RequiredConcepts = required },
        };
        return true;
    }

    private static bool TryReadSlot(ref ScaleReader reader, [NotNullWhen(true)] out SlotParameters? slot)
    {
        slot = null;
        ulong number = 0;
        if (!reader.TryReadOptionTag(out bool numbered)
            || (numbered && !reader.TryReadU64(out number))
            || !reader.TryReadU32(out uint duration)
            || !reader.TryReadU16(out ushort width)
            || !reader.TryReadU16(out ushort height)
            || !reader.TryReadU32(out uint fps))
        {
            return false;
        }

        slot = new() { SlotNumber = numbered ? number : null, DurationSeconds = duration, Width = width, Height = height, FramesPerSecond = fps };
        return true;
    }

    private static bool TryReadAudio(ref ScaleReader reader, [NotNullWhen(true)] out AudioTrack? audio)
    {
        audio = null;
        if (!reader.TryReadString(TextBytesMax, out string? script)
            || !reader.TryReadString(RecipeLimits.IdentifierCharactersMax, out string? voice)
            || !reader.TryReadU16(out ushort speed)
            || !reader.TryReadVariant((int)Emotion.Manic + 1, out byte emotion))
        {
            return false;
        }

        audio = new() { Script = script, VoiceId = voice, SpeedMilli = speed, Emotion = (Emotion)emotion };
        return true;
    }

    private static bool TryReadVisual(ref ScaleReader reader, [NotNullWhen(true)] out VisualTrack? visual)
    {
        visual = null;
        if (!reader.TryReadString(TextBytesMax, out string? prompt)
            || !reader.TryReadString(TextBytesMax, out string? negative)
            || !reader.TryReadString(RecipeLimits.IdentifierCharactersMax, out string? motion)
            || !TryReadStrings(ref reader, RecipeLimits.IdentifierCharactersMax, out ImmutableArray<string> expressions)
            || !reader.TryReadString(RecipeLimits.IdentifierCharactersMax, out string? camera))
        {
            return false;
        }

        visual = new() { Prompt = prompt, NegativePrompt = negative, MotionPreset = motion, ExpressionSequence = expressions, CameraMotion = camera };
        return true;
    }

    private static bool TryReadAuthor(ref ScaleReader reader, out RecipeAuthor? author)
    {
        author = null;
        if (!reader.TryReadOptionTag(out bool signed))
            return false;
        if (!signed)
            return true;
        if (!AccountId.TryRead(ref reader, out AccountId account)
            || !reader.TryReadU64(out ulong timestamp)
            || !Signature64.TryRead(ref reader, out Signature64 signature))
        {
            return false;
        }

        author = new RecipeAuthor(account, timestamp, signature);
        return true;
    }

    private static void WriteStrings(ScaleWriter writer, ImmutableArray<string> values)
        => writer.WriteVector(values.AsSpan(), static (w, value) => w.WriteString(value));

    private static bool TryReadStrings(ref ScaleReader reader, int bytesMax, out ImmutableArray<string> values)
    {
        values = [];
        if (!reader.TryReadCount(1, RecipeLimits.ListCountMax, out int count))
            return false;
        ImmutableArray<string>.Builder read = ImmutableArray.CreateBuilder<string>(count);
        for (int i = 0; i < count; i++)
        {
            if (!reader.TryReadString(bytesMax, out string? value))
                return false;
            read.Add(value);
        }

        values = read.MoveToImmutable();
        return true;
    }
}
