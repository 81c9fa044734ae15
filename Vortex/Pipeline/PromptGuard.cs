using System.Globalization;
using System.Text;

namespace Nsn.Vortex.Pipeline;

/// <summary>
/// Refuses prompts that are no description, or ask for what a public channel does not show. A word list is a coarse sieve, not a moderation
/// service: it stops the obvious, and a channel's own rules come before it.
/// </summary>
public static class PromptGuard
{
    private const int RepeatMax = 24;

    private const string Accented = "àáâãäåāăąçćčďèéêëēęěìíîïīįłñńňòóôõöøōőŕřśšťùúûüūůűýÿźżž";
    private const string Plain = "aaaaaaaaacccdeeeeeeeiiiiiilnnnoooooooorrsstuuuuuuuyyzzz";

    private static readonly HashSet<string> s_refused = new(StringComparer.Ordinal)
    {
        "porn", "porno", "pornographic", "nude", "naked", "nsfw", "sex", "sexual", "erotic", "genitals", "rape", "gore", "beheading", "behead",
        "dismembered", "torture", "suicide", "swastika", "genocide",
    };

    /// <summary>Why a text is refused, or null when it is not.</summary>
    public static string? Refusal(string prompt)
    {
        var letters = 0;
        var repeated = 0;
        var last = default(Rune);
        foreach (var rune in prompt.EnumerateRunes())
        {
            if (Rune.GetUnicodeCategory(rune) == UnicodeCategory.Format && rune.Value is (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069))
                return "The prompt contains marks that reverse the direction of text; write it without them.";
            letters += Rune.IsLetter(rune) ? 1 : 0;
            repeated = rune == last ? repeated + 1 : 1;
            last = rune;
            if (repeated > RepeatMax)
                return "The prompt repeats one character over and over; describe what is to be seen.";
        }

        if (letters < 2)
            return "The prompt has no words; describe what is to be seen, for example 'a cheerful chef in a kitchen'.";
        var word = Words(prompt).FirstOrDefault(s_refused.Contains);
        return word is null ? null : $"The prompt asks for '{word}', which is not shown here.";
    }

    /// <summary>Throws when the prompt with its required concepts is refused. What is said is not judged here: a news script may name what a picture must not show.</summary>
    /// <exception cref="ClipException">With <see cref="ClipError.InvalidRequest"/>.</exception>
    public static void ThrowIfRefused(ClipRequest request)
    {
        if (Refusal(request.FullPrompt) is { } reason)
            throw new ClipException(ClipError.InvalidRequest, reason);
    }

    // Case, accents and full-width letters folded, separators within words dropped, so that "n.u-d e" style tricks at least cost effort. By hand, since the house runs
    // without the tables of ICU.
    private static IEnumerable<string> Words(string text)
    {
        var word = new StringBuilder();
        foreach (var c in text.ToLowerInvariant().Select(Fold))
        {
            if (char.IsLetterOrDigit(c))
            {
                word.Append(c);
            }
            else if (char.IsWhiteSpace(c) || c is ',' or ';' or ':' or '!' or '?' or '/')
            {
                if (word.Length > 0)
                    yield return word.ToString();
                word.Clear();
            }
        }

        if (word.Length > 0)
            yield return word.ToString();
    }

    private static char Fold(char c)
    {
        if (c is >= '\uFF01' and <= '\uFF5E')
            return char.ToLowerInvariant((char)(c - 0xFEE0));
        var accented = Accented.IndexOf(c, StringComparison.Ordinal);
        return accented < 0 ? c : Plain[accented];
    }
}
