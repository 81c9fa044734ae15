using Nsn.Vortex.Inference;
using Nsn.Vortex.Packs;
using Nsn.Vortex.Pipeline;
using Nsn.Vortex.Voice;

namespace Nsn.Vortex.Toon;

/// <summary>Cartoon presenters in layers: prompt -> code (flow prior) -> layers painted once a clip -> a face per frame -> composed.</summary>
internal sealed class ToonModel : IClipModel
{
    public const string Kind = "toon-layered";

    /// <summary>Faces that are painted in one run.</summary>
    public const int FaceBatch = 8;

    private const int GroundBatch = 2;

    private readonly ToonLayout _layout;
    private readonly ToonText _text;
    private readonly ToonCode _codes;
    private readonly Graph _priorText;
    private readonly Graph _priorStep;
    private readonly Graph _ground;
    private readonly Graph _head;
    private readonly Graph _body;
    private readonly Graph _face;
    private readonly string[] _headOutputs;

    public ToonModel(InferenceDevice device, ModelPack pack)
    {
        _layout = ToonLayout.Read(pack);
        _text = new ToonText(_layout.Tokeniser);
        _codes = new ToonCode(_layout);
        _headOutputs = [.. pack.Graph("head").Outputs.Select(output => output.Name)];
        try
        {
            _priorText = new Graph(device, pack, "prior_text", 1);
            _priorStep = new Graph(device, pack, "prior_step", 1);
            _ground = new Graph(device, pack, "ground", GroundBatch);
            _head = new Graph(device, pack, "head", 1);
            _body = new Graph(device, pack, "body", 1);
            _face = new Graph(device, pack, "face", FaceBatch);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public bool CanRegenerate => true;

    internal ToonLayout Layout => _layout;

    internal ToonCode Codes => _codes;

    internal ToonText Text => _text;

    /// <summary>Samples the code of a prompt: rectified flow from seeded noise, guided away from the negative prompt, then made exact.</summary>
    public async Task<float[]> SampleCodeAsync(string prompt, string negativePrompt, ClipSeed seed, CancellationToken cancellationToken)
    {
        var positive = await _priorText.RunAsync([_text.Features(prompt)], 1, cancellationToken).ConfigureAwait(false);
        var text = positive[0];
        var negative = positive[1];
        if (_text.Words(negativePrompt).Count > 0)
            negative = (await _priorText.RunAsync([_text.Features(negativePrompt)], 1, cancellationToken).ConfigureAwait(false))[0];
        var random = new SeededRandom(seed.Derive("prior"));
        var x = new float[_layout.Code.Size];
        for (var i = 0; i < x.Length; i++)
            x[i] = (float)random.NextNormal();
        var steps = _layout.Sampler.Steps;
        float[] code = [];
        for (var step = 0; step < steps; step++)
        {
            var result = await _priorStep.RunAsync(
                [x, new[] { (float)step / steps }, new[] { 1f / steps }, text, negative, new[] { (float)_layout.Sampler.Guidance }], 1, cancellationToken)
                .ConfigureAwait(false);
            x = (float[])result[0];
            code = (float[])result[1];
        }

        return _codes.Snap(code);
    }

    public async Task<IClipScene> PrepareAsync(ClipRequest request, SoundTrack sound, CancellationToken cancellationToken)
    {
        var code = await SampleCodeAsync(request.FullPrompt, request.FullNegativePrompt, request.Seed, cancellationToken).ConfigureAwait(false);
        code = MoodOfEmotion(request, code);
        var headTask = _head.RunAsync([code], 1, cancellationToken);
        var bodyTask = _body.RunAsync([code], 1, cancellationToken);
        var groundTask = PaintGroundAsync(code, cancellationToken);
        var head = await headTask.ConfigureAwait(false);
        var body = await bodyTask.ConfigureAwait(false);
        ToonBitmap Head(string name) => Bitmap(name, (float[])head[Array.IndexOf(_headOutputs, name)]);
        return new ToonScene(this, request, new ToonAnimator(request, sound), code)
        {
            Ground = await groundTask.ConfigureAwait(false),
            Back = Head("back"),
            Head = Head("head"),
            Top = Head("top"),
            Body = Bitmap("body", (float[])body[0]),
        };
    }

    public void Dispose()
    {
        foreach (var graph in new[] { _priorText, _priorStep, _ground, _head, _body, _face })
            graph?.Dispose(); // null when the ones before did not open
    }

    /// <summary>Faces of several frames: planar RGBA, row after row.</summary>
    internal async Task<float[]> PaintFacesAsync(float[] codes, float[] controls, int rows, CancellationToken cancellationToken) =>
        (float[])(await _face.RunAsync([codes, controls], rows, cancellationToken).ConfigureAwait(false))[0];

    internal ToonBitmap Bitmap(string name, ReadOnlySpan<float> planes)
    {
        var part = _layout.Layers.First(layer => layer.Name == name);
        return new ToonBitmap(part.Width, part.Height, part.Rect).Fill(planes, part.Channels);
    }

    // A prompt that names no mood takes the one of the voice.
    private float[] MoodOfEmotion(ClipRequest request, float[] code)
    {
        var mood = request.Emotion switch
        {
            "cheerful" or "excited" or "manic" => "cheerful",
            "sad" => "sad",
            "angry" => "angry",
            "surprised" or "fearful" => "surprised",
            _ => null,
        };
        if (mood is null || !_layout.Vocabulary.Synonyms.TryGetValue("mood", out var moods))
            return code;
        var prompt = $" {string.Join(' ', _text.Words(request.FullPrompt))} ";
        var named = moods.Values.SelectMany(words => words).Any(word => prompt.Contains($" {string.Join(' ', _text.Words(word))} ", StringComparison.Ordinal));
        return named ? code : _codes.With(code, "mood", mood, 1);
    }

    private async Task<ToonBitmap[]> PaintGroundAsync(float[] code, CancellationToken cancellationToken)
    {
        var phases = _layout.GroundPhases;
        var codes = new float[phases * code.Length];
        var turns = new float[phases];
        for (var i = 0; i < phases; i++)
        {
            code.CopyTo(codes, i * code.Length);
            turns[i] = (float)i / phases;
        }

        var painted = (float[])(await _ground.RunAsync([codes, turns], phases, cancellationToken).ConfigureAwait(false))[0];
        var length = painted.Length / phases;
        return [.. Enumerable.Range(0, phases).Select(i => Bitmap("ground", painted.AsSpan(i * length, length)))];
    }
}
