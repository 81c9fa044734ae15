using Nsn.Protocol.Ledger.Codecs;
using Nsn.Protocol.Ledger.Runtime;

namespace Nsn.Protocol.Ledger.Pallets.ModelRegistry;

/// <summary>What can be run, and where.</summary>
public static class RegistryPallet
{
    /// <summary>As clients see it.</summary>
    public const string Name = "NsnModelRegistry";

    private static readonly Codec<string> s_id = Codec.Text(64);
    private static readonly Codec<string> s_cid = Codec.Text(128);
    private static readonly Codec<Lane> s_lane = Codec.Enumeration<Lane>();

    /// <summary>The pallet.</summary>
    public static Pallet Pallet { get; } = new(57, Name)
    {
        Calls =
        [
            CallDefinition.Signed<RegistryCalls.RegisterModel>(0, "register_model", Weights.Of(4, 4),
                Codec.Record<RegistryCalls.RegisterModel>("register_model")
                    .With("model_id", s_id, static c => c.Id).With("container_cid", s_cid, static c => c.ContainerCid)
                    .With("vram_required_mb", Codec.U32, static c => c.VramMegabytes).With("capabilities", Codec.U8, static c => (byte)c.Capabilities)
                    .Build(static (id, cid, vram, capabilities) => new(id, cid, vram, (ModelCapabilities)capabilities)),
                Registry.RegisterModel),
            CallDefinition.Signed<RegistryCalls.UpdateCapabilities>(1, "update_capabilities", Weights.Of(31, 1),
                Codec.Record<RegistryCalls.UpdateCapabilities>("update_capabilities")
                    .With("available_vram_mb", Codec.U32, static c => c.VramMegabytes)
                    .With("hot_models", Codec.Vector(s_id, 10), static c => c.Hot).With("warm_models", Codec.Vector(s_id, 20), static c => c.Warm)
                    .Build(static (vram, hot, warm) => new(vram, hot, warm)),
                Registry.UpdateCapabilities),
            CallDefinition.Signed<RegistryCalls.RegisterRenderer>(2, "register_renderer", Weights.Of(14, 4),
                Codec.Record<RegistryCalls.RegisterRenderer>("register_renderer")
                    .With("renderer_id", s_id, static c => c.Id).With("lane", s_lane, static c => c.Lane).With("container_cid", s_cid, static c => c.ContainerCid)
                    .With("vram_required_mb", Codec.U32, static c => c.VramMegabytes).With("max_latency_ms", Codec.U32, static c => c.LatencyMaxMilliseconds)
                    .With("model_dependencies", Codec.Vector(s_id, 10), static c => c.Models).With("deterministic", Codec.Bool, static c => c.Deterministic)
                    .Build(static (id, lane, cid, vram, latency, models, deterministic) => new(id, lane, cid, vram, latency, models, deterministic)),
                Registry.RegisterRenderer),
            CallDefinition.Signed<RegistryCalls.DeregisterModel>(3, "deregister_model", Weights.Of(3, 4),
                Codec.Record<RegistryCalls.DeregisterModel>("deregister_model").With("model_id", s_id, static c => c.Id).Build(static id => new(id)),
                Registry.DeregisterModel),
            CallDefinition.Signed<RegistryCalls.DeregisterRenderer>(4, "deregister_renderer", Weights.Of(3, 4),
                Codec.Record<RegistryCalls.DeregisterRenderer>("deregister_renderer").With("renderer_id", s_id, static c => c.Id).Build(static id => new(id)),
                Registry.DeregisterRenderer),
        ],
        Events =
        [
            EventDefinition.Of(0, Codec.Record<RegistryEvents.ModelRegistered>("ModelRegistered")
                .With("model_id", s_id, static e => e.Id).With("registered_by", Codec.Account, static e => e.Owner).Build(static (id, owner) => new(id, owner))),
            EventDefinition.Of(1, Codec.Record<RegistryEvents.ModelDeregistered>("ModelDeregistered").With("model_id", s_id, static e => e.Id).Build(static id => new(id))),
            EventDefinition.Of(2, Codec.Record<RegistryEvents.NodeCapabilityUpdated>("NodeCapabilityUpdated")
                .With("node", Codec.Account, static e => e.Node).With("hot_count", Codec.U32, static e => e.HotCount).With("warm_count", Codec.U32, static e => e.WarmCount)
                .Build(static (node, hot, warm) => new(node, hot, warm))),
            EventDefinition.Of(3, Codec.Record<RegistryEvents.RendererRegistered>("RendererRegistered")
                .With("renderer_id", s_id, static e => e.Id).With("lane", s_lane, static e => e.Lane).With("registered_by", Codec.Account, static e => e.Owner)
                .With("model_count", Codec.U32, static e => e.ModelCount).Build(static (id, lane, owner, count) => new(id, lane, owner, count))),
            EventDefinition.Of(4, Codec.Record<RegistryEvents.RendererDeregistered>("RendererDeregistered")
                .With("renderer_id", s_id, static e => e.Id).Build(static id => new(id))),
        ],
        Errors = RegistryErrors.All,
        Storage = [Registry.Models, Registry.Renderers, Registry.Nodes],
    };
}
