using System.Buffers;
using System.Globalization;
using System.Text;

namespace Nsn.Protocol.Recipes;

/// <summary>Checks every bound of a recipe and reports every violation at once.</summary>
public static class RecipeValidator
{
    private static readonly SearchValues<char> s_identifier
        = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_");

    /// <summary>All violations, in the order of the schema; empty if the recipe is valid.</summary>
    public static IReadOnlyList<RecipeViolation> Validate(Recipe recipe)
    {
        List<RecipeViolation> found = [];
        Identifier(found, "/recipe_id", recipe.RecipeId);
        Slot(found, recipe.SlotParameters);
        Audio(found, recipe.AudioTrack);
        Visual(found, recipe.VisualTrack);
        Constraints(found, recipe.SemanticConstraints);
        return found;
    }

    private static void Slot(List<RecipeViolation> found, SlotParameters slot)
    {
        Range(found, "/slot_params/duration_sec", slot.DurationSeconds, RecipeLimits.DurationSecondsMin, RecipeLimits.DurationSecondsMax);
        Side(found, slot.Width, "width");
        Side(found, slot.Height, "height");
        Range(found, "/slot_params/fps", slot.FramesPerSecond, RecipeLimits.FramesPerSecondMin, RecipeLimits.FramesPerSecondMax);
    }

    private static void Audio(List<RecipeViolation> found, AudioTrack audio)
    {
        Text(found, "/audio_track/script", audio.Script, 1, RecipeLimits.TextCharactersMax);
        Identifier(found, "/audio_track/voice_id", audio.VoiceId);
        if (audio.SpeedMilli is < RecipeLimits.SpeedMilliMin or > RecipeLimits.SpeedMilliMax)
            found.Add(new("/audio_track/speed", "must be from 0.5 to 2"));
        if (audio.Emotion > Emotion.Manic)
            found.Add(new("/audio_track/emotion", "must be neutral, excited, sad, angry or manic"));
    }

    private static void Visual(List<RecipeViolation> found, VisualTrack visual)
    {
        Text(found, "/visual_track/prompt", visual.Prompt, 1, RecipeLimits.TextCharactersMax);
        Text(found, "/visual_track/negative_prompt", visual.NegativePrompt, 0, RecipeLimits.TextCharactersMax);
        Identifier(found, "/visual_track/motion_preset", visual.MotionPreset);
        Count(found, "/visual_track/expression_sequence", visual.ExpressionSequence.Length);
        for (int i = 0; i < visual.ExpressionSequence.Length; i++)
            Identifier(found, string.Create(CultureInfo.InvariantCulture, $"/visual_track/expression_sequence/{i}"), visual.ExpressionSequence[i]);
        Identifier(found, "/visual_track/camera_motion", visual.CameraMotion);
    }

    private static void Constraints(List<RecipeViolation> found, SemanticConstraints constraints)
    {
        if (constraints.MinClipScoreMillionths > RecipeLimits.ScoreMillionthsMax)
            found.Add(new("/semantic_constraints/min_clip_score", "must be from 0 to 1"));
        Concepts(found, "/semantic_constraints/banned_concepts", constraints.BannedConcepts.AsSpan());
        Concepts(found, "/semantic_constraints/required_concepts", constraints.RequiredConcepts.AsSpan());
    }

    private static void Concepts(List<RecipeViolation> found, string path, ReadOnlySpan<string> concepts)
    {
        Count(found, path, concepts.Length);
        for (int i = 0; i < concepts.Length; i++)
            Text(found, string.Create(CultureInfo.InvariantCulture, $"{path}/{i}"), concepts[i], 1, RecipeLimits.ConceptCharactersMax);
    }

    private static void Count(List<RecipeViolation> found, string path, int count)
    {
        if (count > RecipeLimits.ListCountMax)
            found.Add(new(path, $"must have at most {RecipeLimits.ListCountMax} entries, has {count}"));
    }

    private static void Range(List<RecipeViolation> found, string path, uint value, uint minimum, uint maximum)
    {
        if (value < minimum || value > maximum)
            found.Add(new(path, $"must be from {minimum} to {maximum}, is {value}"));
    }

    private static void Side(List<RecipeViolation> found, ushort pixels, string name)
    {
        if (pixels is < RecipeLimits.SideMin or > RecipeLimits.SideMax || ushort.IsOddInteger(pixels))
            found.Add(new("/slot_params/resolution", $"the {name} must be an even number from {RecipeLimits.SideMin} to {RecipeLimits.SideMax}, is {pixels}"));
    }

    private static void Identifier(List<RecipeViolation> found, string path, string value)
    {
        if (value.Length is 0 or > RecipeLimits.IdentifierCharactersMax || value.AsSpan().ContainsAnyExcept(s_identifier))
            found.Add(new(path, $"must be 1 to {RecipeLimits.IdentifierCharactersMax} of the characters A-Z a-z 0-9 . - _"));
    }

    private static void Text(List<RecipeViolation> found, string path, string value, int minimum, int maximum)
    {
        // Rune enumeration gives U+FFFD for a lone surrogate, so the text is compared unit by unit for those.
        int characters = 0;
        bool clean = true;
        ReadOnlySpan<char> rest = value;
        while (clean && !rest.IsEmpty)
        {
            clean = Rune.DecodeFromUtf16(rest, out Rune rune, out int units) == OperationStatus.Done
                && (!Rune.IsControl(rune) || rune.Value is '\n' or '\t');
            rest = rest[units..];
            characters++;
        }

        if (!clean)
            found.Add(new(path, "must be well-formed Unicode without control characters other than line feed and tab"));
        else if (characters < minimum)
            found.Add(new(path, "must not be empty"));
        else if (characters > maximum)
            found.Add(new(path, $"must have at most {maximum} characters, has {characters}"));
        else if (minimum > 0 && string.IsNullOrWhiteSpace(value))
            found.Add(new(path, "must not be blank"));
    }
}
