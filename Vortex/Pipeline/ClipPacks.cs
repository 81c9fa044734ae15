using System.Security.Cryptography;
using Nsn.Vortex.Packs;

namespace Nsn.Vortex.Pipeline;

/// <summary>The packs that a pipeline works with, read and checked but not loaded.</summary>
/// <param name="Model">What draws.</param>
/// <param name="Towers">What judges instead of the model's own towers, or null.</param>
/// <param name="Voice">What speaks instead of <c>espeak-ng</c>, or null.</param>
internal sealed record ClipPacks(ModelPack Model, ModelPack? Towers, ModelPack? Voice)
{
    /// <summary>Memory that they take on the device, in bytes, as their manifests say; voices run on the processor and take none.</summary>
    public long VramBytes => Model.Manifest.VramBytes + (Towers?.Manifest.VramBytes ?? 0);

    /// <summary>Reads the packs of the options.</summary>
    /// <exception cref="ClipException"><see cref="ClipError.Pack"/> when one cannot be used.</exception>
    public static ClipPacks Read(ClipPipelineOptions options) => new(
        ModelPackReader.Read(options.PackFolder),
        options.TowersPackFolder is { } towers ? ModelPackReader.Read(towers) : null,
        options.VoicePackFolder is { } voice ? ModelPackReader.Read(voice) : null);

    /// <summary>What towers and voice come from is part of what a vote names, so all hashes count; 32 zeros stand for none.</summary>
    public byte[] Hash()
    {
        if (Towers is null && Voice is null)
            return Model.Hash.ToArray();
        ReadOnlyMemory<byte> none = new byte[SHA256.HashSizeInBytes];
        byte[] all = [.. "nsn:model-packs\0"u8, .. Model.Hash.Span, .. (Towers?.Hash ?? none).Span, .. (Voice?.Hash ?? none).Span];
        return SHA256.HashData(all);
    }
}
