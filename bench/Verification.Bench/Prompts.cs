namespace Nsn.Verification.Bench;

/// <summary>Prompts from fixed words, and the same prompts with one attribute changed.</summary>
internal static class Prompts
{
    private static readonly string[] s_moods = ["cheerful", "sad", "angry", "surprised"];
    private static readonly string[] s_kinds = ["scientist", "chef", "astronaut", "pirate", "robot", "wizard", "cat", "bear", "king", "newsreader"];
    private static readonly string[] s_places = ["laboratory", "beach", "forest", "city", "classroom", "spaceship", "kitchen", "library", "stage"];
    private static readonly string[] s_times = ["by day", "at sunset", "at night"];
    private static readonly string[] s_scripts =
    [
        "Good evening, and welcome to the news.", "Today we look at the price of cheese.", "The weather will be bright and windy.",
        "Please remember to water your plants.", "A new bridge was opened this morning.", "Our next guest has travelled very far.",
        "It is time for a little music, my friends.", "Scientists have found a friendly comet.",
    ];

    public static (string Prompt, string Changed, string Script) Of(int identity)
    {
        var random = new Random(9000 + identity);
        string[] words = [Pick(s_moods, random), s_kinds[identity % s_kinds.Length], Pick(s_places, random), Pick(s_times, random)];
        var changed = (string[])words.Clone();
        string[][] choices = [s_moods, s_kinds, s_places, s_times];
        var which = identity % 4;
        while (changed[which] == words[which])
            changed[which] = Pick(choices[which], random);
        return (Text(words), Text(changed), s_scripts[identity % s_scripts.Length]);
    }

    private static string Pick(string[] words, Random random) => words[random.Next(words.Length)];

    private static string Text(string[] words) => $"a {words[0]} {words[1]} in a {words[2]} {words[3]}";
}
