namespace Nsn.Vortex.Toon;

/// <summary>
/// What of a prompt the towers can judge: its known words. They were trained on captions that say who is to be seen, and know little of others: of a prompt that leaves that open, as one of a
/// horse does, the captions with each of the pack's characters are taken, and the picture fits the prompt when it fits one of them.
/// </summary>
internal sealed class ToonCaptions
{
    // Words of the training captions that name no attribute by themselves but bind a colour to a thing (docs/model-pack-toon.md).
    private static readonly string[] s_connecting =
    [
        "hair", "skin", "no", "without", "shirt", "neckerchief", "scarf", "badge", "coat", "jacket", "body", "chassis", "robe", "robes", "collar", "jumper",
        "cloak", "suit",
    ];

    private readonly ToonText _text;
    private readonly HashSet<string> _known;
    private readonly string[] _characters;
    private readonly string[][] _names;

    /// <summary>Reads the words of a pack.</summary>
    public ToonCaptions(ToonLayout layout, ToonText text)
    {
        _text = text;
        _known = [.. layout.Vocabulary.Words().SelectMany(text.Words), .. s_connecting];
        var kinds = layout.Vocabulary.Synonyms.GetValueOrDefault("kind") ?? new Dictionary<string, IReadOnlyList<string>>();
        _characters = [.. kinds.OrderBy(kind => kind.Key, StringComparer.Ordinal).Where(kind => kind.Value.Count > 0).Select(kind => kind.Value[0])];
        _names = [.. kinds.Values.SelectMany(names => names).Select(name => text.Words(name).ToArray()).Where(words => words.Length > 0)];
    }

    /// <summary>The captions that a picture of the prompt can have; none where the towers know no word of it, so that they can say nothing.</summary>
    public IReadOnlyList<string> Of(string prompt)
    {
        var words = _text.Words(prompt);
        var known = words.FindAll(_known.Contains);
        if (known.Count == 0)
            return [];
        if (_characters.Length == 0 || Array.Exists(_names, name => Array.TrueForAll(name, known.Contains)))
            return [string.Join(' ', known)];

        // In the place of who is not known, so that a mood or a colour stands before the character as it did in training; first where every word is known.
        var place = Math.Max(0, words.FindIndex(word => !_known.Contains(word)));
        return [.. _characters.Select(character => string.Join(' ', [.. known.Take(place), character, .. known.Skip(place)]))];
    }
}
