using Nsn.Vortex.Inference;
using Nsn.Vortex.Packs;
using Nsn.Vortex.Pipeline;
using Nsn.Vortex.Toon;
using Nsn.Vortex.Voice;

namespace Nsn.Vortex.Diffusion;

/// <summary>
/// A picture from a published image model, filmed by a moving camera: packs of kind <c>latent-diffusion</c>. The picture is made once a clip; frames are views of it, so each can
/// be made again alone. Nobody's mouth moves. The VAE: <c>vae_decoder</c>: <c>latent_sample</c> [1,c,h,w] to <c>sample</c> [1,3,8h,8w] in -1 to 1.
/// </summary>
internal sealed class DiffusionModel : IClipModel
{
    public const string Kind = "latent-diffusion";

    private static readonly double[] s_whole = [-1, -1, 1, 1];

    private readonly DiffusionSettings _settings;
    private readonly NamedGraph _vae;
    private readonly IPictureMaker _maker;
    private readonly int _edge;

    public DiffusionModel(InferenceDevice device, ModelPack pack)
    {
        _settings = DiffusionSettings.Read(pack);
        _vae = new NamedGraph(device, pack, "vae_decoder");
        try
        {
            var latents = _vae.Shape("latent_sample", 4);
            var picture = _vae.Shape("sample", 4);
            if (picture[1] != 3 || picture[2] != picture[3] || latents[2] % 2 != 0 || latents[3] % 2 != 0)
                throw new ClipException(ClipError.Pack, $"The VAE of {pack.DisplayName} gives {string.Join(" x ", picture)} values: export it for a square picture of three colours.");
            _edge = picture[2];
            _maker = _settings.IsFlux ? new Flux(device, pack, _settings, latents[1..]) : new StableDiffusion(device, pack, _settings);
        }
        catch
        {
            _vae.Dispose();
            throw;
        }
    }

    public bool CanRegenerate => true;

    public async Task<IClipScene> PrepareAsync(ClipRequest request, SoundTrack sound, CancellationToken cancellationToken)
    {
        var latents = await _maker.MakeAsync(
            request.FullPrompt, request.FullNegativePrompt, new SeededRandom(request.Seed.Derive("latents")), cancellationToken).ConfigureAwait(false);
        foreach (ref var value in latents.AsSpan())
            value = (float)((value / _settings.LatentScale) + _settings.LatentShift);
        var planes = await _vae.RunAsync("sample", cancellationToken, ("latent_sample", latents)).ConfigureAwait(false);
        foreach (ref var value in planes.AsSpan())
            value = Math.Clamp((value / 2) + .5f, 0, 1);
        return new StillScene(new ToonBitmap(_edge, _edge, s_whole).Fill(planes, 3), request, new StillCamera(request));
    }

    public void Dispose()
    {
        _vae.Dispose();
        _maker.Dispose();
    }
}
