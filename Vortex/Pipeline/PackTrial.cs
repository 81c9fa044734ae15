using Nsn.Vortex.Inference;
using Nsn.Vortex.Packs;
using Nsn.Vortex.Published;

namespace Nsn.Vortex.Pipeline;

/// <summary>Loads a pack as a pipeline would, to see whether its kind is known and its graphs and files are those that the kind needs.</summary>
public static class PackTrial
{
    /// <summary>What keeps a pack from being loaded on the processor, or null when it loads.</summary>
    public static string? Problem(ModelPack pack)
    {
        ArgumentNullException.ThrowIfNull(pack);
        try
        {
            using var device = new InferenceDevice("cpu", 1);
            if (pack.Manifest.Kind == KokoroVoice.Kind)
                new KokoroVoice(device, pack).Dispose();
            else
                LoadedPack.Load(device, pack).Dispose();
            return null;
        }
        catch (ClipException exception) when (exception.Error == ClipError.Pack)
        {
            return exception.Message;
        }
    }
}
