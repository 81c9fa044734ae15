using Nsn.Protocol.Ledger.Codecs;

namespace Nsn.Protocol.Ledger.Pallets.ModelRegistry;

/// <summary>What a staked node says that it can do.</summary>
/// <param name="VramMegabytes">What it has.</param>
/// <param name="Hot">Models in GPU memory.</param>
/// <param name="Warm">Models on disk.</param>
/// <param name="UpdatedAt">When it said so; believed for a while.</param>
public sealed record NodeCapabilities(uint VramMegabytes, IReadOnlyList<string> Hot, IReadOnlyList<string> Warm, uint UpdatedAt)
{
    /// <summary>The bytes of a node's capabilities.</summary>
    public static Codec<NodeCapabilities> Codec { get; } = Codecs.Codec.Record<NodeCapabilities>("NodeCapabilities")
        .With("available_vram_mb", Codecs.Codec.U32, static n => n.VramMegabytes)
        .With("hot_models", Codecs.Codec.Vector(Codecs.Codec.Text(64), 10), static n => n.Hot)
        .With("warm_models", Codecs.Codec.Vector(Codecs.Codec.Text(64), 20), static n => n.Warm)
        .With("last_updated", Codecs.Codec.U32, static n => n.UpdatedAt)
        .Build(static (vram, hot, warm, at) => new(vram, hot, warm, at));

    /// <summary>Hot, warm or cold.</summary>
    public ModelState StateOf(string model) => Hot.Contains(model) ? ModelState.Hot : Warm.Contains(model) ? ModelState.Warm : ModelState.Cold;

    /// <summary>Whether the node can carry out a renderer's tasks.</summary>
    public bool CanRun(RendererRecord renderer) => VramMegabytes >= renderer.VramMegabytes && renderer.Models.All(model => StateOf(model) != ModelState.Cold);
}
