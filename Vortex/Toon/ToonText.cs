using System.Text;
using System.Text.RegularExpressions;

namespace Nsn.Vortex.Toon;

/// <summary>Text to numbers without a vocabulary: hashed words, pairs of words and character trigrams (<c>hashed-ngrams/1</c>).</summary>
internal sealed partial class ToonText(ToonLayout.TokeniserPart tokeniser)
{
    private readonly HashSet<string> _stopWords = new(tokeniser.StopWords, StringComparer.Ordinal);

    /// <summary>FNV-1a, 32 bits.</summary>
    public static uint Fnv1a(ReadOnlySpan<byte> bytes)
    {
        var hash = 0x811C9DC5u;
        foreach (var octet in bytes)
            hash = (hash ^ octet) * 0x01000193u;
        return hash;
    }

    /// <summary>Lower-case words without stop words, in order.</summary>
    public List<string> Words(string text) =>
        [.. WordPattern().Matches(text.ToLowerInvariant()).Select(match => match.Value).Where(word => !_stopWords.Contains(word))];

    /// <summary>Feature ids: words, then pairs, then trigrams; padded with 0.</summary>
    public long[] Features(string text)
    {
        var words = Words(text);
        var ids = new List<long>();
        ids.AddRange(words.Select(WordBucket));
        ids.AddRange(words.Zip(words.Skip(1), (left, right) => WordBucket(left + " " + right)));
        foreach (var word in words)
        {
            // Trigrams are of Unicode code points.
            var runes = $"^{word}$".EnumerateRunes().ToArray();
            for (var i = 0; i + 3 <= runes.Length; i++)
            {
                var trigram = string.Concat(runes[i].ToString(), runes[i + 1].ToString(), runes[i + 2].ToString());
                ids.Add(tokeniser.WordBuckets + (Hash(trigram) % (uint)tokeniser.TrigramBuckets));
            }
        }

        return Pad(ids, tokeniser.Features);
    }

    /// <summary>Word ids in order; padded with 0.</summary>
    public long[] Sequence(string text) => Pad(Words(text).ConvertAll(WordBucket), tokeniser.Words);

    private long WordBucket(string word) => 1 + (Hash(word) % (uint)(tokeniser.WordBuckets - 1));

    private static uint Hash(string text) => Fnv1a(Encoding.UTF8.GetBytes(text));

    private static long[] Pad(List<long> ids, int length)
    {
        var padded = new long[length];
        for (var i = 0; i < Math.Min(length, ids.Count); i++)
            padded[i] = ids[i];
        return padded;
    }

    [GeneratedRegex(@"[^\W_]+(?:'[^\W_]+)*", RegexOptions.CultureInvariant)]
    private static partial Regex WordPattern();
}
