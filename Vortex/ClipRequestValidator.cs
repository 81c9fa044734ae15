using System.Globalization;
using System.Text;

namespace Nsn.Vortex;

/// <summary>The limits of a request. All of them are named in one answer, so that a person repairs a request once.</summary>
public static class ClipRequestValidator
{
    /// <summary>Longest text field in characters (Unicode scalar values).</summary>
    public const int TextLengthMax = 2000;

    /// <summary>Longest clip in seconds.</summary>
    public const int DurationSecondsMax = 60;

    /// <summary>Most entries of an expression sequence.</summary>
    public const int ExpressionsMax = 32;

    /// <summary>Most required or banned concepts.</summary>
    public const int ConceptsMax = 16;

    /// <summary>Longest concept in characters.</summary>
    public const int ConceptLengthMax = 100;

    /// <summary>Motion presets.</summary>
    public static IReadOnlyList<string> MotionPresets { get; } = ["still", "calm", "natural", "lively", "manic"];

    /// <summary>Camera motions.</summary>
    public static IReadOnlyList<string> CameraMotions { get; } = ["static", "zoom_in", "zoom_out", "pan_left", "pan_right", "handheld"];

    /// <summary>Emotions of the voice.</summary>
    public static IReadOnlyList<string> Emotions { get; } =
        ["neutral", "cheerful", "excited", "sad", "angry", "manic", "calm", "fearful", "sarcastic", "surprised"];

    /// <summary>Moods of an expression sequence.</summary>
    public static IReadOnlyList<string> Expressions { get; } = ["neutral", "cheerful", "sad", "angry", "surprised"];

    /// <summary>Checks every limit; an empty list means that the request is good.</summary>
    public static IReadOnlyList<string> Validate(ClipRequest request)
    {
        var problems = new List<string>();
        Text("prompt", request.Prompt, required: true, problems);
        Text("negative prompt", request.NegativePrompt, required: false, problems);
        Text("script", request.Script, required: false, problems);
        Concepts("required", request.RequiredConcepts, problems);
        Concepts("banned", request.BannedConcepts, problems);
        Range("duration", request.DurationSeconds, 1, DurationSecondsMax, "seconds", problems);
        Range("frame rate", request.FramesPerSecond, 8, 60, "frames per second", problems);
        Size("width", request.Width, problems);
        Size("height", request.Height, problems);
        if (!(request.Speed is >= 0.5 and <= 2))
            problems.Add(Invariant($"The speed {request.Speed} is outside 0.5 to 2."));
        if (!(request.MinimumScore is >= 0 and <= 1))
            problems.Add(Invariant($"The minimum score {request.MinimumScore} is outside 0 to 1."));
        OneOf("motion preset", request.MotionPreset, MotionPresets, problems);
        OneOf("camera motion", request.CameraMotion, CameraMotions, problems);
        OneOf("emotion", request.Emotion, Emotions, problems);
        if (request.ExpressionSequence is null || request.ExpressionSequence.Count > ExpressionsMax)
            problems.Add($"The expression sequence may have up to {ExpressionsMax} entries.");
        else
        {
            foreach (var expression in request.ExpressionSequence)
                OneOf("expression", expression, Expressions, problems);
        }

        if (request.RecipeHash.Length is not (0 or 32))
            problems.Add($"The recipe hash has {request.RecipeHash.Length} bytes, not 32.");
        return problems;
    }

    /// <summary>Throws with all problems when there are any.</summary>
    /// <exception cref="ClipException">With <see cref="ClipError.InvalidRequest"/>.</exception>
    public static void ThrowIfInvalid(ClipRequest request)
    {
        var problems = Validate(request);
        if (problems.Count > 0)
            throw new ClipException(ClipError.InvalidRequest, string.Join(" ", problems));
    }

    private static void Text(string name, string? text, bool required, List<string> problems)
    {
        if (text is null)
        {
            problems.Add($"The {name} is missing.");
            return;
        }

        var length = text.EnumerateRunes().Count();
        if (length > TextLengthMax)
            problems.Add(Invariant($"The {name} has {length} characters; at most {TextLengthMax} are allowed."));
        if (required && string.IsNullOrWhiteSpace(text))
            problems.Add($"The {name} is empty: say what is to be seen.");
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune == Rune.ReplacementChar || Rune.GetUnicodeCategory(rune) is UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
                || (Rune.IsControl(rune) && rune.Value is not ('\n' or '\r' or '\t')))
            {
                problems.Add(Invariant($"The {name} contains the character U+{rune.Value:X4}, which is not text."));
                return;
            }
        }
    }

    private static void Concepts(string name, IReadOnlyList<string>? concepts, List<string> problems)
    {
        if (concepts is null || concepts.Count > ConceptsMax || concepts.Any(concept => concept is null || concept.EnumerateRunes().Count() > ConceptLengthMax))
            problems.Add($"There may be up to {ConceptsMax} {name} concepts of up to {ConceptLengthMax} characters.");
        else
        {
            foreach (var concept in concepts)
                Text($"{name} concept", concept, required: true, problems);
        }
    }

    private static void Size(string name, int value, List<string> problems)
    {
        Range(name, value, 64, 1920, "pixels", problems);
        if (value % 2 != 0)
            problems.Add(Invariant($"The {name} {value} is odd; the encoders need an even one."));
    }

    private static void Range(string name, int value, int min, int max, string unit, List<string> problems)
    {
        if (value < min || value > max)
            problems.Add(Invariant($"The {name} {value} is outside {min} to {max} {unit}."));
    }

    private static void OneOf(string name, string? value, IReadOnlyList<string> allowed, List<string> problems)
    {
        if (value is null || !allowed.Contains(value))
            problems.Add($"The {name} '{value}' is not known; choose one of {string.Join(", ", allowed)}.");
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
