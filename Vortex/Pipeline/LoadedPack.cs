using Nsn.Vortex.Diffusion;
using Nsn.Vortex.Inference;
using Nsn.Vortex.Packs;
using Nsn.Vortex.Published;
using Nsn.Vortex.Toon;

namespace Nsn.Vortex.Pipeline;

/// <summary>A pack whose graphs are on a device.</summary>
internal sealed class LoadedPack : IDisposable
{
    private LoadedPack(ModelPack pack, IClipModel? model, IFrameEmbedder? embedder)
    {
        Pack = pack;
        Model = model;
        Embedder = embedder;
    }

    public ModelPack Pack { get; }

    /// <summary>Draws clips; null for a pack that only verifies.</summary>
    public IClipModel? Model { get; }

    /// <summary>Sees clips; null for a pack that only draws.</summary>
    public IFrameEmbedder? Embedder { get; }

    /// <summary>Loads the graphs that the pack's kind needs.</summary>
    /// <exception cref="ClipException"><see cref="ClipError.Pack"/> when the kind is unknown or a graph does not load.</exception>
    public static LoadedPack Load(InferenceDevice device, ModelPack pack) => pack.Manifest.Kind switch
    {
        ToonModel.Kind => LoadToon(device, pack),
        DiffusionModel.Kind => new LoadedPack(pack, new DiffusionModel(device, pack), null),
        ClipEnsemble.Kind => new LoadedPack(pack, null, new ClipEnsemble(device, pack)),
        _ => throw new ClipException(
            ClipError.Pack,
            $"Packs of kind '{pack.Manifest.Kind}' are not known; this version runs '{ToonModel.Kind}', '{DiffusionModel.Kind}' and '{ClipEnsemble.Kind}'."),
    };

    private static LoadedPack LoadToon(InferenceDevice device, ModelPack pack)
    {
        var model = new ToonModel(device, pack);
        try
        {
            return new LoadedPack(pack, model, new ToonTowers(device, pack));
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Model?.Dispose();
        Embedder?.Dispose();
    }
}
