using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Nsn.Vortex.Published;

/// <summary>
/// The tokenizer of OpenAI's CLIP: lower case, a pattern that splits words, byte-level byte-pair encoding with <c>&lt;/w&gt;</c> at word ends, and a
/// start and an end token. Vocabulary (<c>vocab.json</c>) and merges (<c>merges.txt</c>) come with the pack.
/// </summary>
public sealed partial class ClipTokenizer
{
    /// <summary>Tokens of a text, start and end included; longer texts are cut.</summary>
    public const int ContextLength = 77;

    private const string WordEnd = "</w>";
    private const string StartToken = "<|startoftext|>";
    private const string EndToken = "<|endoftext|>";

    private static readonly string[] s_byteSymbols = ByteSymbols();

    private readonly Dictionary<string, int> _vocabulary;
    private readonly Dictionary<(string Left, string Right), int> _ranks = [];
    private readonly long _start;
    private readonly long _end;

    /// <summary>Reads vocabulary and merges.</summary>
    /// <exception cref="ClipException"><see cref="ClipError.Pack"/> when they are not those of a CLIP tokenizer.</exception>
    public ClipTokenizer(ReadOnlySpan<byte> vocabularyJson, string merges)
    {
        try
        {
            _vocabulary = JsonSerializer.Deserialize<Dictionary<string, int>>(vocabularyJson) ?? throw new JsonException("empty");
        }
        catch (JsonException exception)
        {
            throw new ClipException(ClipError.Pack, $"The vocabulary of the CLIP tokenizer cannot be read: {exception.Message}", exception);
        }

        if (!_vocabulary.TryGetValue(StartToken, out var start) || !_vocabulary.TryGetValue(EndToken, out var end))
            throw new ClipException(ClipError.Pack, $"The vocabulary lacks {StartToken} or {EndToken}, so it is not that of CLIP.");
        (_start, _end) = (start, end);
        foreach (var line in merges.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = line.Split(' ');
            if (parts.Length == 2 && !line.StartsWith("#version", StringComparison.Ordinal))
                _ranks.TryAdd((parts[0], parts[1]), _ranks.Count);
        }
    }

    /// <summary>77 token ids: start, tokens, end, then padding.</summary>
    /// <param name="text">The text.</param>
    /// <param name="padding">What fills up; null for the end token again, as OpenAI's and Hugging Face's CLIP do (Stable Diffusion 2 uses 0).</param>
    public long[] Encode(string text, long? padding = null)
    {
        var ids = new long[ContextLength];
        Array.Fill(ids, padding ?? _end);
        ids[0] = _start;
        var count = 1;
        foreach (var token in Tokens(text))
        {
            if (count == ContextLength - 1)
                break;
            ids[count++] = token;
        }

        ids[count] = _end;
        return ids;
    }

    /// <summary>The ids of a text without start and end.</summary>
    public IEnumerable<long> Tokens(string text)
    {
        var clean = Whitespace().Replace(Composition.Compose(text), " ").Trim().ToLowerInvariant();
        foreach (Match match in Pattern().Matches(clean))
        {
            var symbols = Encoding.UTF8.GetBytes(match.Value).Select(octet => s_byteSymbols[octet]).ToList();
            symbols[^1] += WordEnd;
            Merge(symbols);
            foreach (var symbol in symbols)
            {
                if (_vocabulary.TryGetValue(symbol, out var id))
                    yield return id;
            }
        }
    }

    // The pair that was merged first in training is merged first, everywhere in the word, until none is left.
    private void Merge(List<string> symbols)
    {
        while (symbols.Count > 1)
        {
            var best = int.MaxValue;
            (string Left, string Right) pair = default;
            for (var i = 0; i + 1 < symbols.Count; i++)
            {
                if (_ranks.TryGetValue((symbols[i], symbols[i + 1]), out var rank) && rank < best)
                    (best, pair) = (rank, (symbols[i], symbols[i + 1]));
            }

            if (best == int.MaxValue)
                return;
            for (var i = 0; i + 1 < symbols.Count; i++)
            {
                if (symbols[i] == pair.Left && symbols[i + 1] == pair.Right)
                {
                    symbols[i] += symbols[i + 1];
                    symbols.RemoveAt(i + 1);
                }
            }
        }
    }

    // Printable bytes stand for themselves, the others for code points from 256 on (GPT-2's table).
    private static string[] ByteSymbols()
    {
        var symbols = new string[256];
        var next = 256;
        for (var octet = 0; octet < 256; octet++)
            symbols[octet] = octet is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF) ? ((char)octet).ToString() : ((char)next++).ToString();
        return symbols;
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Whitespace();

    [GeneratedRegex(@"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+", RegexOptions.IgnoreCase)]
    private static partial Regex Pattern();
}
