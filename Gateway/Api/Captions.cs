namespace Nsn.Gateway.Api;

/// <summary>Captions from a script: a line per sentence, timed in proportion to its length. The voice's own timing is not published.</summary>
internal static class Captions
{
    private static readonly char[] s_ends = ['.', '!', '?', ';', '\n'];

    /// <summary>The lines of a script over a clip's length in seconds.</summary>
    public static IReadOnlyList<Caption> For(string? script, uint seconds)
    {
        var sentences = Sentences(script ?? "").ToArray();
        var letters = sentences.Sum(sentence => sentence.Length);
        var lines = new List<Caption>(sentences.Length);
        var start = 0.0;
        foreach (var sentence in sentences)
        {
            var end = start + (double)seconds * sentence.Length / letters;
            lines.Add(new Caption(Math.Round(start, 2), Math.Round(end, 2), sentence));
            start = end;
        }

        return lines;
    }

    private static IEnumerable<string> Sentences(string script)
    {
        while (script.Length > 0)
        {
            var end = script.IndexOfAny(s_ends);
            var sentence = (end < 0 ? script : script[..(end + 1)]).Trim();
            script = end < 0 ? "" : script[(end + 1)..];
            if (sentence.Length > 1)
                yield return sentence;
        }
    }
}
