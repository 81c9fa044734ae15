using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using Nsn.Vortex.Inference;
using Nsn.Vortex.Packs;
using Nsn.Vortex.Voice;

namespace Nsn.Vortex.Published;

/// <summary>
/// Kokoro-82M by the signature of its published ONNX export: <c>input_ids</c> int64 [1,n], <c>style</c> float32 [1,256], <c>speed</c> float32 [1] to
/// <c>waveform</c> float32 [1,samples] at 24 kHz. Phonemes come from <c>espeak-ng</c>.
/// </summary>
/// <remarks>
/// Pack of kind <c>kokoro</c>: graph <c>speech</c>; file <c>vocab</c> (JSON object from character to id), and a file per voice, named by its id, of float32
/// [rows,256] styles, one row per number of tokens. The export tells no durations: phoneme times are those of <c>espeak-ng</c>, stretched to the length.
/// </remarks>
public sealed class KokoroVoice : IVoice, IDisposable
{
    /// <summary>The kind of pack.</summary>
    public const string Kind = "kokoro";

    private const int StyleLength = 256;
    private const int TokensMax = 510;
    private const int Rate = 24_000;

    private static readonly string[] s_inputs = ["input_ids", "style", "speed"];

    private readonly ModelPack _pack;
    private readonly string[] _names;
    private readonly Dictionary<string, long> _vocabulary;
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
        var timing = await _espeak.SpeakAsync(request with { VoiceId = "default" }, cancellationToken).ConfigureAwait(false);
        var samples = new List<float>();
        var phonemes = new List<TimedPhoneme>();
        foreach (var clause in Clauses(timing.Phonemes))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var spoken = await Task.Run(() => Run(Tokens(clause), voice, (float)request.Speed), cancellationToken).WaitAsync(cancellationToken).ConfigureAwait(false);
            var start = clause[0].Start;
            var length = clause[^1].Start + clause[^1].Duration - start;
            var stretch = length > TimeSpan.Zero ? spoken.Length / (double)Rate / length.TotalSeconds : 1;
            var offset = TimeSpan.FromSeconds(samples.Count / (double)Rate);
            phonemes.AddRange(clause.Select(phoneme => phoneme with { Start = offset + ((phoneme.Start - start) * stretch), Duration = phoneme.Duration * stretch }));
            samples.AddRange(spoken);
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

    /// <summary>Token ids of phonemes, 0 at both ends; characters that the vocabulary lacks are left out.</summary>
    internal long[] Tokens(IReadOnlyList<TimedPhoneme> clause)
    {
        var ids = new List<long> { 0 };
        foreach (var phoneme in clause)
        {
            var text = (phoneme.Stressed ? "ˈ" : "") + (phoneme.Symbol == "_" ? " " : phoneme.Symbol);
            foreach (var rune in text.EnumerateRunes())
            {
                if (ids.Count <= TokensMax && _vocabulary.TryGetValue(rune.ToString(), out var id))
                    ids.Add(id);
            }
        }

        ids.Add(0);
        return [.. ids];
    }

    // Pauses end clauses; a clause without a pause is cut before it has too many tokens (at most three a phoneme).
    private static IEnumerable<List<TimedPhoneme>> Clauses(IReadOnlyList<TimedPhoneme> phonemes)
    {
        var clause = new List<TimedPhoneme>();
        foreach (var phoneme in phonemes)
        {
            clause.Add(phoneme);
            if ((phoneme.Symbol == "_" && phoneme.Duration > TimeSpan.FromMilliseconds(120)) || clause.Count == TokensMax / 3)
            {
                yield return clause;
                clause = [];
            }
        }

        if (clause.Count > 0)
            yield return clause;
    }

    private float[] Run(long[] tokens, string voice, float speed)
    {
        var styles = MemoryMarshal.Cast<byte, float>(_pack.Content(voice).Span);
        var rows = styles.Length / StyleLength;
        var style = styles.Slice(Math.Min(tokens.Length - 2, rows - 1) * StyleLength, StyleLength).ToArray();
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
