namespace Nsn.Verification.Bench;

/// <summary>Prompts from fixed words, and the same prompts with one attribute changed.</summary>
internal static class Prompts
{
    /// <summary>The characters that the pack knows.</summary>
    public static readonly string[] Kinds = ["scientist", "chef", "astronaut", "pirate", "robot", "wizard", "cat", "bear", "king", "newsreader"];

    private static readonly string[] s_moods = ["cheerful", "sad", "angry", "surprised"];
    private static readonly string[] s_garments = ["shirt", "neckerchief", "badge", "coat", "body", "robe", "collar", "jumper", "cloak", "suit"];
    private static readonly string[] s_hair = ["short black", "long blond", "curly red", "wild grey", "short brown", "long pink"];
    private static readonly string[] s_beards = ["", "with a moustache", "with a full beard"];
    private static readonly string[] s_glasses = ["without glasses", "with round glasses", "with square glasses", "with sunglasses"];
    private static readonly string[] s_hats = ["cap", "beanie", "top hat"];
    private static readonly string[] s_colours = ["red", "orange", "yellow", "green", "blue", "purple", "pink", "white", "black"];
    private static readonly string[] s_places = ["laboratory", "beach", "forest", "city", "classroom", "spaceship", "kitchen", "library", "stage"];
    private static readonly string[] s_times = ["by day", "at sunset", "at night"];
    private static readonly string[] s_scripts =
    [
        "Good evening, and welcome to the news.", "Today we look at the price of cheese.", "The weather will be bright and windy.",
        "Please remember to water your plants.", "A new bridge was opened this morning.", "Our next guest has travelled very far.",
        "It is time for a little music, my friends.", "Scientists have found a friendly comet.",
    ];

    // Where each attribute's word stands in a prompt, and what it can be.
    private static readonly (string Name, string[] Choices)[] s_attributes =
    [
        ("mood", s_moods), ("kind", Kinds), ("place", s_places), ("time", s_times),
        ("glasses", s_glasses), ("beard", s_beards), ("hat", s_hats), ("hair", s_hair), ("clothes", s_colours), ("tint", s_colours),
    ];

    /// <summary>The attributes that fill a small part of the picture, each of which is a kind of cheat.</summary>
    public static IEnumerable<string> Fine => s_attributes.Skip(4).Select(attribute => attribute.Name);

    public static (string Prompt, string Script) Of(int identity) => (Text(Words(identity)), s_scripts[identity % s_scripts.Length]);

    /// <summary>The prompt with another mood, kind, place or time, in turn.</summary>
    public static string OneChanged(int identity) => Changed(identity, identity % 4);

    /// <summary>The prompt with another value of a fine attribute; null when the presenter does not show it, as a robot no beard and a king no cap.</summary>
    public static string? Changed(int identity, string attribute) =>
        Shows(Kinds[identity % Kinds.Length], attribute) ? Changed(identity, Array.FindIndex(s_attributes, known => known.Name == attribute)) : null;

    // As models/toon/toonpack/latent.py says; the picture of a presenter that does not show an attribute is the same whatever the prompt says of it.
    private static bool Shows(string kind, string attribute) => attribute switch
    {
        "hair" or "beard" => kind is not ("robot" or "cat" or "bear"),
        "hat" => kind is "scientist" or "cat" or "bear" or "newsreader",
        "glasses" => kind != "pirate",
        _ => true,
    };

    private static string Changed(int identity, int which)
    {
        var words = Words(identity);
        var before = words[which];
        var random = new Random(77_000 + (identity * 16) + which);
        while (words[which] == before)
            words[which] = Pick(s_attributes[which].Choices, random);
        return Text(words);
    }

    private static string[] Words(int identity)
    {
        var random = new Random(9000 + identity);
        string[] words = [.. s_attributes.Select(attribute => Pick(attribute.Choices, random))];
        words[1] = Kinds[identity % Kinds.Length];
        return words;
    }

    private static string Pick(string[] words, Random random) => words[random.Next(words.Length)];

    private static string Text(string[] words)
    {
        var kind = words[1];
        string If(string attribute, string text) => Shows(kind, attribute) && text.Length > 0 ? $" {text}" : "";
        return $"a {words[0]} {kind}{If("hair", $"with {words[7]} hair")}{If("beard", words[5])}{If("glasses", words[4])}{If("hat", $"wearing a {words[6]}")}"
            + $" in a {words[8]} {s_garments[Array.IndexOf(Kinds, kind)]}, in a {words[9]} {words[2]} {words[3]}";
    }
}
