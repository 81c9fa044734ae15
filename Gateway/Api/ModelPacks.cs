using Microsoft.Extensions.Options;

namespace Nsn.Gateway.Api;

/// <summary>The model packs whose manifests this gateway has.</summary>
internal sealed class ModelPacks(IOptions<GatewaySettings> settings)
{
    private readonly ModelPackFacts? _pack = settings.Value.ModelPack is { Length: > 0 } folder ? ModelPackFacts.TryRead(folder) : null;

    /// <summary>The pack with that hash, or null where it is another one.</summary>
    public ModelPackFacts? Find(string? hash) => hash is not null && _pack?.Hash == hash ? _pack : null;
}
