namespace Nsn.Verification.Bench;

/// <summary>Prompts as people type them: short, with words that the pack does not know, and without a character that it knows.</summary>
internal static class PromptForms
{
    private static readonly string[] s_strangers = ["horse", "dragon", "dinosaur", "red panda", "woman", "football team", "penguin", "detective"];
    private static readonly string[] s_places = ["in a laboratory", "on a beach", "in a forest", "in a city", "in a classroom", "in a spaceship", "in a kitchen", "in a library", "on a stage", "in the mountains"];
    private static readonly string[] s_times = ["by day", "in the evening", "at night"];
    private static readonly string[] s_moods = ["calm", "cheerful", "sad", "angry", "surprised"];
    private static readonly string[] s_colours = ["red", "green", "blue", "white", "black", "yellow"];
    private static readonly string[] s_things = ["with glasses", "with a hat", "with a beard", "with long hair", "in a red coat", "with a crown"];
    private static readonly string[] s_doings = ["dancing", "reading a book", "who sings", "and a bicycle"];

    /// <summary>A prompt of each form, by a random generator.</summary>
    public static IReadOnlyList<Func<Random, Words>> All { get; } =
    [
        random => Make("a character", random, ("a", Prompts.Kinds)),
        random => Make("character, place", random, ("a", Prompts.Kinds), ("", s_places)),
        random => Make("character, time", random, ("a", Prompts.Kinds), ("", s_times)),
        random => Make("character, place, time", random, ("a", Prompts.Kinds), ("", s_places), ("", s_times)),
        random => Make("mood, character, place", random, ("a", s_moods), ("", Prompts.Kinds), ("", s_places)),
        random => Make("character, thing, place", random, ("a", Prompts.Kinds), ("", s_things), ("", s_places)),
        random => Make("character, thing, place, time", random, ("a", Prompts.Kinds), ("", s_things), ("", s_places), ("", s_times)),
        random => Make("character, unknown doing, place", random, ("a", Prompts.Kinds), ("", s_doings), ("", s_places)),
        random => Make("unknown character, place", random, ("a", s_strangers), ("", s_places)),
        random => Make("unknown character, place, time", random, ("a", s_strangers), ("", s_places), ("", s_times)),
        random => Make("unknown character, time", random, ("a", s_strangers), ("", s_times)),
        random => Make("mood, unknown character", random, ("a", s_moods), ("", s_strangers)),
        random => Make("colour, unknown character", random, ("a", s_colours), ("", s_strangers)),
        random => Make("unknown character, thing", random, ("a", s_strangers), ("", s_things)),
        random => Make("place, time", random, ("", s_places), ("", s_times)),
    ];

    private static Words Make(string form, Random random, params (string Before, string[] Choices)[] parts) =>
        new(form, parts, [.. parts.Select(part => random.Next(part.Choices.Length))]);

    /// <summary>A prompt in parts.</summary>
    internal sealed record Words(string Form, (string Before, string[] Choices)[] Parts, int[] Chosen)
    {
        /// <summary>The same with one part that the pack knows changed.</summary>
        public Words OneChanged(Random random)
        {
            int[] known = [.. Enumerable.Range(0, Parts.Length).Where(part => Parts[part].Choices != s_strangers && Parts[part].Choices != s_doings)];
            return Changed(random, [known[random.Next(known.Length)]]);
        }

        /// <summary>The same with every part changed.</summary>
        public Words AllChanged(Random random) => Changed(random, [.. Enumerable.Range(0, Parts.Length)]);

        private Words Changed(Random random, int[] which)
        {
            int[] chosen = [.. Chosen];
            foreach (var part in which)
                chosen[part] = (Chosen[part] + 1 + random.Next(Parts[part].Choices.Length - 1)) % Parts[part].Choices.Length;
            return this with { Chosen = chosen };
        }

        public override string ToString() => string.Join(' ', Parts.Select((part, index) => $"{part.Before} {part.Choices[Chosen[index]]}".Trim()));
    }
}
