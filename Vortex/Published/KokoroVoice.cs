using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using Nsn.Vortex.Inference;
using Nsn.Vortex.Packs;
using Nsn.Vortex.Voice;

namespace Nsn.Vortex.Published;

/// <summary>
/// Kokoro-82M by the signature of its published ONNX export: <c>input_ids</c> int64 [1,n], <c>style</c> float32 [1,256], <c>speed</c> float32 [1] to
/// <c>waveform</c> float32 [1,samples] at 24 kHz. Phonemes come from <c>espeak-ng</c>, in the language that the voice's id begins with.
/// </summary>
/// <remarks>
/// Pack of kind <c>kokoro</c>: graph <c>speech</c>; file <c>vocab</c> (JSON object from character to id), and a file per voice, named by its id, of float32
/// [rows,256] styles, one row per number of tokens. An emotion changes the speed as it does that of <c>espeak-ng</c>; where the manifest's <c>emotions</c> name
/// another voice and a share for it, that much of its prosody (the second half of the styles) is mixed in. The export tells no durations: phoneme times are those of <c>espeak-ng</c>, stretched to the length.
/// </remarks>
public sealed class KokoroVoice : IVoice, IDisposable
{
    /// <summary>The kind of pack.</summary>
    public const string Kind = "kokoro";

    private const int StyleLength = 256;
    private const int TokensMax = 510;
    private const int Rate = 24_000;

    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true };
    private static readonly string[] s_inputs = ["input_ids", "style", "speed"];

    private readonly ModelPack _pack;
    private readonly string[] _names;
    private readonly Dictionary<string, long> _vocabulary;
    private readonly Dictionary<string, Blend> _blends;
    private readonly InferenceSession _session;
    private readonly EspeakVoice _espeak = new();
    private readonly Lock _gate = new();
    private bool _disposed;

    /// <summary>Loads the pack.</summary>
    /// <exception cref="ClipException"><see cref="ClipError.Pack"/> when it is not of this kind.</exception>
    public KokoroVoice(InferenceDevice device, ModelPack pack)
    {
        _pack = pack;
        _names = [.. pack.Manifest.Files.Select(file => file.Name).Where(name => name != "vocab")];
        if (_names.Length == 0)
            throw new ClipException(ClipError.Pack, $"The pack {pack.DisplayName} has no voices.");
        if (Array.Find(_names, name => pack.Content(name).Length < StyleLength * sizeof(float)) is { } silent)
            throw new ClipException(ClipError.Pack, $"The voice '{silent}' of {pack.DisplayName} has no styles.");
        try
        {
            _blends = ReadBlends();
            _vocabulary = JsonSerializer.Deserialize<Dictionary<string, long>>(pack.Content("vocab").Span) ?? throw new JsonException("empty");
            using var options = device.CreateOptions(ExecutionProvider.Cpu); // fast enough there, and the same sound whatever the device
            _session = new InferenceSession(pack.GraphBytes(pack.Graph("speech").Name), options);
            CheckTensors();
        }
        catch (Exception exception) when (exception is JsonException or OnnxRuntimeException)
        {
            throw new ClipException(ClipError.Pack, $"The pack {pack.DisplayName} is not a Kokoro pack: {exception.Message}", exception);
        }

        Voices = ["default", .. _names];
    }

    private void CheckTensors()
    {
        if (s_inputs.All(_session.InputMetadata.ContainsKey) && _session.InputMetadata.Count == s_inputs.Length && _session.OutputMetadata.ContainsKey("waveform"))
            return;
        var found = string.Join(", ", _session.InputMetadata.Keys);
        _session.Dispose();
        throw new ClipException(
            ClipError.Pack, $"The graph 'speech' of {_pack.DisplayName} has the inputs {found}, not {string.Join(", ", s_inputs)}, or no output 'waveform'.");
    }

    /// <inheritdoc/>
    public string Name => $"{_pack.DisplayName} with {_espeak.Name}";

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Voices { get; }

    /// <inheritdoc/>
    public async ValueTask<Speech> SpeakAsync(SpeechRequest request, CancellationToken cancellationToken)
    {
        var voice = request.VoiceId == "default" ? _names[0] : request.VoiceId;
        if (!_names.Contains(voice))
            throw new ClipException(ClipError.InvalidRequest, $"The voice '{request.VoiceId}' is not known; choose one of {string.Join(", ", Voices)}.");
        var language = KokoroPhonemes.LanguageOf(voice)
            ?? throw new ClipException(ClipError.InvalidRequest, $"The voice '{voice}' speaks Japanese or Chinese, whose phonemes are not made here: choose one of another language.");
        var speed = (float)(request.Speed * EspeakVoice.RateOf(request.Emotion));
        var style = StyleOf(voice, request.Emotion);
        var samples = new List<float>();
        var phonemes = new List<TimedPhoneme>();
        foreach (var (text, spoken) in Sentences(request.Script, language))
        {
            var offset = TimeSpan.FromSeconds(samples.Count / (double)Rate);
            foreach (var tokens in Tokens(spoken))
            {
                cancellationToken.ThrowIfCancellationRequested();
                samples.AddRange(await Task.Run(() => Run(tokens, style, speed), cancellationToken).WaitAsync(cancellationToken).ConfigureAwait(false));
            }

            var timing = EspeakVoice.Speak(text, language, cancellationToken);
            var length = TimeSpan.FromSeconds(samples.Count / (double)Rate) - offset;
            var stretch = timing.Duration > TimeSpan.Zero ? length / timing.Duration : 1;
            phonemes.AddRange(timing.Phonemes.Select(phoneme => phoneme with { Start = offset + (phoneme.Start * stretch), Duration = phoneme.Duration * stretch }));
        }

        return new Speech(Rate, [.. samples], phonemes);
    }

    /// <summary>Waits for the run under way: it goes on when its caller has left.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed)
                return;
            _disposed = true;
            _session.Dispose();
        }
    }

    /// <summary>Token ids of a sentence, 0 at both ends, in several runs where it is long; characters that the vocabulary lacks are left out.</summary>
    internal IEnumerable<long[]> Tokens(string phonemes)
    {
        var ids = new List<long>();
        var space = 0; // where the last word ended
        foreach (var rune in phonemes.EnumerateRunes())
        {
            if (!_vocabulary.TryGetValue(rune.ToString(), out var id))
                continue;
            if (rune.Value == ' ')
                space = ids.Count;
            if (ids.Count == TokensMax)
            {
                var cut = space > 0 ? space : ids.Count;
                yield return [0, .. ids[..cut], 0];
                ids.RemoveRange(0, cut);
                space = 0;
            }

            ids.Add(id);
        }

        if (ids.Count > 0)
            yield return [0, .. ids, 0];
    }

    /// <summary>Sentences of a text, and the phonemes of each as the model knows them.</summary>
    internal static IEnumerable<(string Text, string Phonemes)> Sentences(string script, string language)
    {
        var english = language.StartsWith("en", StringComparison.Ordinal);
        var (text, phonemes) = (new StringBuilder(), new StringBuilder());
        foreach (var clause in EspeakVoice.Clauses(script, language))
        {
            var mark = KokoroPhonemes.MarkOf(clause.Text);
            text.Append(clause.Text);
            if (KokoroPhonemes.Of(clause.Phonemes, english) is { Length: > 0 } spoken)
                phonemes.Append(phonemes.Length > 0 ? " " : "").Append(spoken).Append(mark);
            if (mark is not ("." or "!" or "?" or "…") || phonemes.Length == 0)
                continue;
            yield return (text.ToString(), phonemes.ToString());
            text.Clear();
            phonemes.Clear();
        }

        if (phonemes.Length > 0)
            yield return (text.ToString(), phonemes.ToString());
    }

    // The styles of a voice, with as much of another's prosody as the pack wants for the emotion. The first half of a style is the sound of the voice and stays.
    private float[] StyleOf(string voice, string emotion)
    {
        var styles = MemoryMarshal.Cast<byte, float>(_pack.Content(voice).Span).ToArray();
        if (!_blends.TryGetValue(emotion, out var blend))
            return styles;
        var other = MemoryMarshal.Cast<byte, float>(_pack.Content(blend.Voice).Span);
        for (var i = 0; i < styles.Length; i++)
        {
            if (i % StyleLength >= StyleLength / 2)
                styles[i] += (float)blend.Share * (other[(Math.Min(i / StyleLength, (other.Length / StyleLength) - 1) * StyleLength) + (i % StyleLength)] - styles[i]);
        }

        return styles;
    }

    private Dictionary<string, Blend> ReadBlends()
    {
        if (!_pack.Manifest.Extra.TryGetValue("emotions", out var element))
            return [];
        var blends = element.Deserialize<Dictionary<string, Blend>>(s_json) ?? [];
        foreach (var (emotion, blend) in blends)
        {
            if (!ClipRequestValidator.Emotions.Contains(emotion) || !_names.Contains(blend.Voice) || blend.Share is not (>= 0 and <= 1))
                throw new JsonException($"the emotion '{emotion}' is not known, or its voice '{blend.Voice}' is not in the pack, or its share {blend.Share} is outside 0 to 1");
        }

        return blends;
    }

    private sealed record Blend(string Voice, double Share);

    private float[] Run(long[] tokens, float[] styles, float speed)
    {
        var rows = styles.Length / StyleLength;
        var style = styles.AsSpan(Math.Min(tokens.Length - 2, rows - 1) * StyleLength, StyleLength).ToArray();
        using var ids = OrtValue.CreateTensorValueFromMemory(tokens, [1, tokens.Length]);
        using var styleValue = OrtValue.CreateTensorValueFromMemory(style, [1, StyleLength]);
        using var speedValue = OrtValue.CreateTensorValueFromMemory(new[] { speed }, [1]);
        using var run = new RunOptions();
        try
        {
            lock (_gate)
            {
                ObjectDisposedException.ThrowIf(_disposed, this);
                using var outputs = _session.Run(run, s_inputs, [ids, styleValue, speedValue], ["waveform"]);
                return outputs[0].GetTensorDataAsSpan<float>().ToArray();
            }
        }
        catch (OnnxRuntimeException exception)
        {
            throw new ClipException(ClipError.Inference, $"The voice failed: {exception.Message}", exception);
        }
    }
}
