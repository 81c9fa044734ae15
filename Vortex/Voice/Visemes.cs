namespace Nsn.Vortex.Voice;

/// <summary>What a mouth does for a phoneme.</summary>
public static class Visemes
{
    /// <summary>Mouth closed and relaxed.</summary>
    public static readonly MouthShape Rest = new(0, 0);

    /// <summary>The shape for a symbol of the International Phonetic Alphabet; unknown ones open the mouth a little.</summary>
    public static MouthShape Of(string symbol)
    {
        if (symbol.Length == 0)
            return Rest;
        return symbol[0] switch
        {
            '_' or ' ' => Rest,
            'm' or 'b' or 'p' or 'ɓ' => new(0, -.1),
            'f' or 'v' => new(.1, .15),
            'w' or 'ʍ' => new(.2, -.9),
            'u' or 'ʊ' or 'ʉ' or 'y' or 'ʏ' => new(.3, -.95),
            'o' or 'ɔ' or 'ø' or 'œ' or 'ɒ' => new(.62, -.6),
            'a' or 'ɑ' or 'ä' or 'ɐ' or 'æ' => new(1, .25),
            'ʌ' or 'ə' or 'ɜ' or 'ɚ' or 'ɝ' or 'ɘ' => new(.55, .1),
            'e' or 'ɛ' => new(.6, .6),
            'i' or 'ɪ' or 'j' => new(.32, .95),
            's' or 'z' => new(.14, .6),
            'ʃ' or 'ʒ' or 'ɕ' => new(.2, -.5),
            't' or 'd' or 'n' or 'l' or 'ɾ' or 'ɫ' => new(.24, .3),
            'θ' or 'ð' => new(.22, .2),
            'k' or 'ɡ' or 'g' or 'ŋ' or 'x' => new(.35, .15),
            'ɹ' or 'r' or 'ʁ' => new(.3, -.35),
            'h' or 'ɦ' => new(.4, .1),
            _ => new(.3, 0),
        };
    }

    /// <summary>Carries a syllable.</summary>
    public static bool IsVowel(string symbol) => symbol.Length > 0 && "aɑäɐæʌəɜɚɝɘeɛiɪuʊʉyʏoɔøœɒᵻ".Contains(symbol[0], StringComparison.Ordinal);
}
