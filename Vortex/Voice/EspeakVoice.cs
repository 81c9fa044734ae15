using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Nsn.Vortex.Voice;

/// <summary>
/// The embedded voice: <c>espeak-ng</c>, in the process, because only its C interface tells when each phoneme sounds. The library has one
/// global state, so calls take turns; a second of speech costs about 2 ms.
/// </summary>
public sealed class EspeakVoice : IVoice
{
    private const int WordsPerMinute = 165;
    private const int BasePitch = 50; // espeak-ng's middle, 0 to 99
    private const int BaseRange = 50;
    private const int SamplesMax = 22_050 * 240;

    private static readonly Lock s_gate = new();
    private static Capture? s_capture;
    private static string? s_version;

    // Voice id -> espeak-ng language + variant, pitch offset. Names are ours; they tell listeners apart, no more.
    private static readonly Dictionary<string, (string Name, int Pitch)> s_voices = new(StringComparer.Ordinal)
    {
        ["default"] = ("en-us", 0),
        ["anna"] = ("en-us+f2", 6),
        ["bruno"] = ("en-us+m3", -10),
        ["clara"] = ("en+f4", 8),
        ["derek"] = ("en+m7", -4),
        ["elsie"] = ("en-gb-scotland+f3", 4),
        ["finn"] = ("en-us+m1", 10),
        ["greta"] = ("en-gb-x-rp+f5", 0),
        ["hugo"] = ("en-gb-x-rp+m2", -14),
        ["old"] = ("en+croak", -8),
        ["whisper"] = ("en-us+whisper", 0),
        ["robot"] = ("en-us+m5", -24),
        ["de"] = ("de+m3", 0),
        ["fr"] = ("fr+f3", 0),
        ["es"] = ("es+m2", 0),
        ["it"] = ("it+f2", 0),
        ["pt"] = ("pt-br+f2", 0),
        ["ru"] = ("ru+m2", 0),
        ["tr"] = ("tr+m1", 0),
        ["hi"] = ("hi+f2", 0),
        ["ar"] = ("ar+m2", 0),
        ["ja"] = ("ja+f2", 0),
        ["zh"] = ("cmn+f2", 0),
    };

    // Emotion -> rate, pitch offset, pitch range (A7.2 of the facts gives the rates; pitch and range were declared there but never applied).
    private static readonly Dictionary<string, (double Rate, int Pitch, int Range)> s_emotions = new(StringComparer.Ordinal)
    {
        ["neutral"] = (1, 0, 0),
        ["cheerful"] = (1.06, 8, 22),
        ["excited"] = (1.15, 12, 32),
        ["sad"] = (.86, -10, -28),
        ["angry"] = (1.1, -4, 26),
        ["manic"] = (1.25, 16, 42),
        ["calm"] = (.93, -4, -16),
        ["fearful"] = (1.18, 16, 8),
        ["sarcastic"] = (1.02, -2, 34),
        ["surprised"] = (1.08, 18, 38),
    };

    /// <inheritdoc/>
    public string Name
    {
        get
        {
            lock (s_gate)
            {
                if (s_version is null)
                {
                    using var library = EspeakLibrary.Load();
                    s_version = library.Version;
                }

                return $"espeak-ng {s_version}";
            }
        }
    }

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Voices => s_voices.Keys;

    /// <inheritdoc/>
    public ValueTask<Speech> SpeakAsync(SpeechRequest request, CancellationToken cancellationToken)
    {
        if (!s_voices.TryGetValue(request.VoiceId == "default" ? VoiceFor(request.Script) : request.VoiceId, out var voice))
        {
            throw new ClipException(
                ClipError.InvalidRequest, $"The voice '{request.VoiceId}' is not known; choose one of {string.Join(", ", s_voices.Keys)}.");
        }

        var emotion = s_emotions.GetValueOrDefault(request.Emotion, s_emotions["neutral"]);
        cancellationToken.ThrowIfCancellationRequested();
        lock (s_gate)
        {
            return ValueTask.FromResult(Speak_NeedsLock(
                request.Script,
                voice.Name,
                (int)Math.Round(WordsPerMinute * request.Speed * emotion.Rate),
                Math.Clamp(BasePitch + voice.Pitch + emotion.Pitch, 0, 99),
                Math.Clamp(BaseRange + emotion.Range, 0, 99),
                cancellationToken));
        }
    }

    // Who names no voice is spoken by one that can read the text: an English one says "Chinese letter" for each.
    private static string VoiceFor(string script)
    {
        int letters = 0, arabic = 0, cyrillic = 0, devanagari = 0, han = 0, kana = 0;
        foreach (var rune in script.EnumerateRunes())
        {
            letters += Rune.IsLetter(rune) ? 1 : 0;
            switch (rune.Value)
            {
                case >= 0x0400 and <= 0x052F:
                    cyrillic++;
                    break;
                case (>= 0x0600 and <= 0x06FF) or (>= 0x0750 and <= 0x077F):
                    arabic++;
                    break;
                case >= 0x0900 and <= 0x097F:
                    devanagari++;
                    break;
                case >= 0x3040 and <= 0x30FF:
                    kana++;
                    break;
                case (>= 0x3400 and <= 0x4DBF) or (>= 0x4E00 and <= 0x9FFF):
                    han++;
                    break;
            }
        }

        var (voice, count) = kana > 0 ? ("ja", kana + han) : new[] { ("zh", han), ("ar", arabic), ("ru", cyrillic), ("hi", devanagari) }.MaxBy(choice => choice.Item2);
        return count > letters / 2 ? voice : "default";
    }

    /// <summary>How much faster an emotion speaks than none.</summary>
    internal static double RateOf(string emotion) => s_emotions.GetValueOrDefault(emotion, s_emotions["neutral"]).Rate;

    /// <summary>The clauses of a text with their phonemes, stress marks among them, as a language's voice would speak them.</summary>
    /// <param name="script">The text.</param>
    /// <param name="language">A voice of <c>espeak-ng</c> by its own name.</param>
    internal static List<(string Text, string Phonemes)> Clauses(string script, string language)
    {
        var bytes = Encoding.UTF8.GetBytes(script + "\0");
        lock (s_gate)
        {
            using var library = EspeakLibrary.Load();
            SetVoice(library, language);
            var start = 0;
            var clauses = new List<(string, string)>();
            foreach (var (end, phonemes) in library.Phonemes(bytes))
            {
                clauses.Add((Encoding.UTF8.GetString(bytes.AsSpan(start, Math.Max(0, end - start))), phonemes));
                start = Math.Max(start, end);
            }

            return clauses;
        }
    }

    /// <summary>Speaks in a language's own voice at its usual rate: for the times of phonemes.</summary>
    internal static Speech Speak(string script, string language, CancellationToken cancellationToken)
    {
        lock (s_gate)
            return Speak_NeedsLock(script, language, WordsPerMinute, BasePitch, BaseRange, cancellationToken);
    }

    private static void SetVoice(EspeakLibrary library, string voice)
    {
        if (!library.TrySetVoice(voice))
        {
            throw new ClipException(
                ClipError.MissingTool, $"This installation of espeak-ng lacks the voice '{voice}': install the whole package espeak-ng-data.");
        }
    }

    private static unsafe Speech Speak_NeedsLock(string script, string voice, int rate, int pitch, int range, CancellationToken cancellationToken)
    {
        using var library = EspeakLibrary.Load();
        SetVoice(library, voice);
        library.Set(EspeakLibrary.ParameterRate, rate);
        library.Set(EspeakLibrary.ParameterPitch, pitch);
        library.Set(EspeakLibrary.ParameterRange, range);
        var capture = new Capture(cancellationToken);
        s_capture = capture;
        try
        {
            library.Synthesise(Encoding.UTF8.GetBytes(script + "\0"), &OnSamples);
        }
        finally
        {
            s_capture = null;
        }

        cancellationToken.ThrowIfCancellationRequested();
        return new Speech(library.SampleRate, [.. capture.Samples], capture.Phonemes(library.SampleRate));
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static unsafe int OnSamples(short* samples, int count, EspeakLibrary.Event* events)
    {
        // Called on the thread that holds the lock; an exception must not cross into C.
        var capture = s_capture;
        if (capture is null || capture.Stop)
            return 1;
        for (var i = 0; samples is not null && i < count && capture.Samples.Count < SamplesMax; i++)
            capture.Samples.Add(samples[i] / 32768f);
        for (var e = events; e is not null && e->Type != EspeakLibrary.EventListTerminated; e++)
        {
            if (e->Type == EspeakLibrary.EventPhoneme)
            {
                var symbol = new ReadOnlySpan<byte>(e->Symbol, 8);
                var end = symbol.IndexOf((byte)0);
                capture.Marks.Add((e->AudioMilliseconds, Encoding.UTF8.GetString(end < 0 ? symbol : symbol[..end])));
            }
        }

        return 0;
    }

    private sealed class Capture(CancellationToken cancellationToken)
    {
        public List<float> Samples { get; } = new(22_050 * 10);

        public List<(int Milliseconds, string Symbol)> Marks { get; } = [];

        public bool Stop => cancellationToken.IsCancellationRequested || Samples.Count >= SamplesMax;

        public List<TimedPhoneme> Phonemes(int sampleRate)
        {
            var phonemes = new List<TimedPhoneme>(Marks.Count);
            var end = Samples.Count * 1000L / sampleRate;
            for (var i = 0; i < Marks.Count; i++)
            {
                var (at, symbol) = Marks[i];
                var next = i + 1 < Marks.Count ? Marks[i + 1].Milliseconds : end;
                var bare = symbol.Trim('ˈ', 'ˌ', ' ', '(', ')');
                phonemes.Add(new TimedPhoneme(
                    bare.Length == 0 ? "_" : bare, TimeSpan.FromMilliseconds(at), TimeSpan.FromMilliseconds(Math.Max(0, next - at)), Stressed: false));
            }

            MarkStress(phonemes);
            return phonemes;
        }

        // The events carry no stress marks, but espeak-ng lengthens the vowels that bear it.
        private static void MarkStress(List<TimedPhoneme> phonemes)
        {
            var vowels = phonemes.Where(phoneme => Visemes.IsVowel(phoneme.Symbol)).Select(phoneme => phoneme.Duration).Order().ToArray();
            for (var i = 0; i < phonemes.Count && vowels.Length > 0; i++)
            {
                if (Visemes.IsVowel(phonemes[i].Symbol) && phonemes[i].Duration >= vowels[vowels.Length / 2] * 1.2)
                    phonemes[i] = phonemes[i] with { Stressed = true };
            }
        }
    }
}
