using System.Text;
using Nsn.Vortex.Inference;
using Nsn.Vortex.Packs;
using Nsn.Vortex.Published;

namespace Nsn.Vortex.Diffusion;

/// <summary>
/// FLUX.1 by the signatures of its ONNX exports: <c>text_encoder</c> (CLIP): <c>input_ids</c> [1,77] to <c>pooler_output</c> [1,d]; <c>text_encoder_2</c> (T5):
/// <c>input_ids</c> [1,t] to <c>last_hidden_state</c> [1,t,e]; <c>transformer</c>: <c>hidden_states</c> [1,s,64], <c>encoder_hidden_states</c>, <c>pooled_projections</c>,
/// <c>timestep</c> [1] from 1 to 0, <c>img_ids</c> [s,3], <c>txt_ids</c> [t,3] and, for dev, <c>guidance</c> [1] to <c>out_hidden_states</c>.
/// </summary>
internal sealed class Flux : IPictureMaker
{
    private const int Cell = 4; // latents of one channel in a token

    private readonly DiffusionSettings _settings;
    private readonly FlowSchedule _schedule;
    private readonly ClipTokenizer _clip;
    private readonly T5Tokenizer _t5;
    private readonly NamedGraph _textClip;
    private readonly NamedGraph _textT5;
    private readonly NamedGraph _transformer;
    private readonly float[] _positions;
    private readonly int _textLength;
    private readonly int[] _latents;

    public Flux(InferenceDevice device, ModelPack pack, DiffusionSettings settings, int[] latents)
    {
        _settings = settings;
        _latents = latents;
        _clip = new ClipTokenizer(pack.Content("vocab").Span, Encoding.UTF8.GetString(pack.Content("merges").Span));
        _t5 = new T5Tokenizer(pack.Content("spiece"));
        try
        {
            _textClip = new NamedGraph(device, pack, "text_encoder");
            _textT5 = new NamedGraph(device, pack, "text_encoder_2");
            _transformer = new NamedGraph(device, pack, "transformer");
            _textLength = _textT5.Shape("input_ids", 2)[1];
            var tokens = _transformer.Shape("hidden_states", 3);
            if (tokens[2] != latents[0] * Cell || tokens[1] * Cell != latents[1] * latents[2])
                throw new ClipException(ClipError.Pack, $"The transformer of {pack.DisplayName} takes {tokens[1]} tokens of {tokens[2]} values, which are not the VAE's {string.Join(" x ", latents)} latents.");
            _positions = FluxPacking.Positions(latents[1], latents[2]);
            _schedule = new FlowSchedule(settings.Steps, settings.DynamicShift ? tokens[1] : 0);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public async Task<float[]> MakeAsync(string prompt, string negativePrompt, SeededRandom noise, CancellationToken cancellationToken)
    {
        var pooled = await _textClip.RunAsync("pooler_output", cancellationToken, ("input_ids", _clip.Encode(prompt, _settings.PaddingToken))).ConfigureAwait(false);
        var text = await _textT5.RunAsync("last_hidden_state", cancellationToken, ("input_ids", _t5.Encode(prompt, _textLength))).ConfigureAwait(false);
        var tokens = new float[_latents[0] * _latents[1] * _latents[2]];
        foreach (ref var value in tokens.AsSpan())
            value = (float)noise.NextNormal();
        for (var step = 0; step < _settings.Steps; step++)
        {
            var velocity = await _transformer.RunAsync(
                "out_hidden_states",
                cancellationToken,
                ("hidden_states", tokens),
                ("encoder_hidden_states", text),
                ("pooled_projections", pooled),
                ("timestep", new[] { (float)_schedule.Times[step] }),
                ("img_ids", _positions),
                ("txt_ids", new float[_textLength * 3]),
                ("guidance", new[] { (float)_settings.Guidance })).ConfigureAwait(false);
            _schedule.Step(tokens, velocity, step);
        }

        return FluxPacking.Unpack(tokens, _latents[0], _latents[1], _latents[2]);
    }

    public void Dispose()
    {
        _textClip?.Dispose(); // null when it did not open
        _textT5?.Dispose();
        _transformer?.Dispose();
    }
}
