using System.Text.Json;
using Nsn.Vortex.Packs;

namespace Nsn.Vortex.Diffusion;

/// <summary>The member <c>diffusion</c> of a <c>latent-diffusion</c> manifest (<c>models/README.md</c>).</summary>
internal sealed record DiffusionSettings
{
    private const int StepsMax = 100;

    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary><c>stable-diffusion</c> (a UNet and Euler steps) or <c>flux</c> (a transformer and a rectified flow).</summary>
    public required string Family { get; init; }

    /// <summary>Runs of the denoiser.</summary>
    public required int Steps { get; init; }

    /// <summary>How strongly the prompt is followed: above 1, <c>stable-diffusion</c> runs the UNet a second time for the negative prompt; <c>flux</c> passes it to the input <c>guidance</c>.</summary>
    public double Guidance { get; init; }

    /// <summary>What the UNet predicts: <c>epsilon</c> or <c>v_prediction</c>.</summary>
    public string Prediction { get; init; } = "epsilon";

    /// <summary>The VAE reads <c>latents / latent_scale + latent_shift</c>: 0.18215 and 0 for Stable Diffusion, 0.3611 and 0.1159 for FLUX.</summary>
    public required double LatentScale { get; init; }

    /// <summary>See <see cref="LatentScale"/>.</summary>
    public double LatentShift { get; init; }

    /// <summary>FLUX dev's shift of the steps towards noise, by picture size; schnell has none.</summary>
    public bool DynamicShift { get; init; }

    /// <summary>Token that fills a CLIP prompt up, null for the end token; Stable Diffusion 2 and SD-Turbo use 0.</summary>
    public long? PaddingToken { get; init; }

    public bool IsFlux => Family == "flux";

    /// <exception cref="ClipException"><see cref="ClipError.Pack"/> when the manifest is not of this kind.</exception>
    public static DiffusionSettings Read(ModelPack pack)
    {
        try
        {
            if (!pack.Manifest.Extra.TryGetValue("diffusion", out var element))
                throw new JsonException("the member 'diffusion' is missing");
            var settings = element.Deserialize<DiffusionSettings>(s_json) ?? throw new JsonException("the member 'diffusion' is null");
            if (settings.Family is not ("stable-diffusion" or "flux"))
                throw new JsonException($"the family '{settings.Family}' is not 'stable-diffusion' or 'flux'");
            if (settings.Prediction is not ("epsilon" or "v_prediction"))
                throw new JsonException($"the prediction '{settings.Prediction}' is not 'epsilon' or 'v_prediction'");
            if (settings.Steps is < 1 or > StepsMax || !(settings.LatentScale > 0) || !double.IsFinite(settings.LatentShift) || !double.IsFinite(settings.Guidance))
                throw new JsonException($"there are 1 to {StepsMax} steps, latent_scale is above 0, and the other numbers are finite");
            return settings;
        }
        catch (JsonException exception)
        {
            throw new ClipException(ClipError.Pack, $"The manifest of {pack.DisplayName} is not that of a latent-diffusion pack: {exception.Message}.", exception);
        }
    }
}
