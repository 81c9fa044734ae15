using System.Text;
using Nsn.Vortex.Voice;

namespace Nsn.Vortex.Published;

/// <summary>
/// Phonemes as Kokoro-82M was trained on them, from those of <c>espeak-ng</c>: one character for each diphthong and affricate, stress marks before the
/// vowel that bears them, no marks of length in English, punctuation as in the text.
/// </summary>
internal static class KokoroPhonemes
{
    private const char Syllabic = '\u0329';
    private const string Punctuation = ";:,.!?—…";

    // Of any language; longest first.
    private static readonly (string From, string To)[] s_all =
    [
        ("a^ɪ", "I"), ("a^ʊ", "W"), ("e^ɪ", "A"), ("o^ʊ", "O"), ("ə^ʊ", "Q"), ("ɔ^ɪ", "Y"), ("d^z", "ʣ"), ("d^ʒ", "ʤ"), ("t^s", "ʦ"), ("t^ʃ", "ʧ"), ("ə^l", "ᵊl"),
    ];

    private static readonly (string From, string To)[] s_english =
    [
        ("ɜːɹ", "ɜɹ"), ("ɜː", "ɜɹ"), ("ɪə", "iə"), ("ɚ", "əɹ"), ("e", "A"), ("o", "ɔ"), ("r", "ɹ"), ("x", "k"), ("ç", "k"), ("ɐ", "ə"), ("ɬ", "l"), ("ɾ", "T"), ("ʔ", "t"),
        ("ʲ", ""), ("ː", ""),
    ];

    /// <summary>The voice of <c>espeak-ng</c> for the language that a Kokoro voice's id begins with; null for those that it has no phonemes for.</summary>
    public static string? LanguageOf(string voiceId) => voiceId.Length > 2 && voiceId[2] == '_'
        ? voiceId[0] switch
        {
            'b' => "en-gb-x-rp",
            'e' => "es",
            'f' => "fr",
            'h' => "hi",
            'i' => "it",
            'p' => "pt-br",
            'j' or 'z' => null,
            _ => "en-us",
        }
        : "en-us";

    /// <summary>Translates the phonemes of a clause.</summary>
    /// <param name="phonemes">International Phonetic Alphabet with stress marks, parts of one phoneme joined by <see cref="EspeakLibrary.Tie"/>.</param>
    /// <param name="english">Whether they are of an English voice.</param>
    public static string Of(string phonemes, bool english)
    {
        var text = new StringBuilder(phonemes.Trim());
        Apply(text, s_all);
        text.Replace(EspeakLibrary.Tie.ToString(), "");
        for (var i = 1; i < text.Length; i++)
        {
            // A consonant that is a syllable gets the short vowel that was left out.
            if (text[i] == Syllabic)
            {
                text.Remove(i, 1);
                text.Insert(i - 1, 'ᵊ');
            }
        }

        if (english)
            Apply(text, s_english);
        return text.ToString();
    }

    /// <summary>The mark at the end of a clause's text, a full stop where the line ends without one, or nothing.</summary>
    public static string MarkOf(ReadOnlySpan<char> clause)
    {
        var line = clause[clause.TrimEnd().Length..].Contains('\n');
        clause = clause.TrimEnd().TrimEnd("\"'”’»)]");
        if (clause.IsEmpty)
            return "";
        var mark = clause[^1] switch { '。' or '।' => '.', '，' or '、' or '،' => ',', '？' or '؟' => '?', '！' => '!', '；' or '؛' => ';', '：' => ':', var other => other };
        return Punctuation.Contains(mark, StringComparison.Ordinal) ? mark.ToString() : line ? "." : "";
    }

    private static void Apply(StringBuilder text, (string From, string To)[] rules)
    {
        foreach (var (from, to) in rules)
            text.Replace(from, to);
    }
}
