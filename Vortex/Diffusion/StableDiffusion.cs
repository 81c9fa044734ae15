using System.Text;
using Nsn.Vortex.Inference;
using Nsn.Vortex.Packs;
using Nsn.Vortex.Published;

namespace Nsn.Vortex.Diffusion;

/// <summary>
/// Stable Diffusion and SD-Turbo by the signatures of their ONNX exports: <c>text_encoder</c>: <c>input_ids</c> [1,77] to <c>last_hidden_state</c> [1,77,d];
/// <c>unet</c>: <c>sample</c> [1,4,h,w], <c>timestep</c>, <c>encoder_hidden_states</c> to <c>out_sample</c>.
/// </summary>
internal sealed class StableDiffusion : IPictureMaker
{
    private readonly DiffusionSettings _settings;
    private readonly EulerSchedule _schedule;
    private readonly ClipTokenizer _tokenizer;
    private readonly NamedGraph _text;
    private readonly NamedGraph _unet;
    private readonly int _latents;

    public StableDiffusion(InferenceDevice device, ModelPack pack, DiffusionSettings settings)
    {
        _settings = settings;
        _schedule = new EulerSchedule(settings.Steps);
        _tokenizer = new ClipTokenizer(pack.Content("vocab").Span, Encoding.UTF8.GetString(pack.Content("merges").Span));
        try
        {
            _text = new NamedGraph(device, pack, "text_encoder");
            _unet = new NamedGraph(device, pack, "unet");
            _latents = _unet.Shape("sample", 4).Aggregate(1, (product, dimension) => checked(product * dimension));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public async Task<float[]> MakeAsync(string prompt, string negativePrompt, SeededRandom noise, CancellationToken cancellationToken)
    {
        var positive = await ReadAsync(prompt, cancellationToken).ConfigureAwait(false);
        var negative = _settings.Guidance > 1 ? await ReadAsync(negativePrompt, cancellationToken).ConfigureAwait(false) : null;
        var latents = new float[_latents];
        foreach (ref var value in latents.AsSpan())
            value = (float)(noise.NextNormal() * _schedule.Sigmas[0]);
        for (var step = 0; step < _settings.Steps; step++)
        {
            var input = _schedule.Input(latents, step);
            var prediction = await PredictAsync(input, step, positive, cancellationToken).ConfigureAwait(false);
            if (negative is not null)
            {
                var without = await PredictAsync(input, step, negative, cancellationToken).ConfigureAwait(false);
                for (var i = 0; i < prediction.Length; i++)
                    prediction[i] = without[i] + ((float)_settings.Guidance * (prediction[i] - without[i]));
            }

            _schedule.Step(latents, prediction, step, _settings.Prediction == "v_prediction");
        }

        return latents;
    }

    public void Dispose()
    {
        _text?.Dispose(); // null when it did not open
        _unet?.Dispose();
    }

    private Task<float[]> ReadAsync(string prompt, CancellationToken cancellationToken) =>
        _text.RunAsync("last_hidden_state", cancellationToken, ("input_ids", _tokenizer.Encode(prompt, _settings.PaddingToken)));

    private Task<float[]> PredictAsync(float[] input, int step, float[] text, CancellationToken cancellationToken) =>
        _unet.RunAsync(
            "out_sample", cancellationToken, ("sample", input), ("timestep", new[] { (float)_schedule.Timesteps[step] }), ("encoder_hidden_states", text));
}
