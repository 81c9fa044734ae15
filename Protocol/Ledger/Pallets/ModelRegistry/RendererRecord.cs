using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Codecs;

namespace Nsn.Protocol.Ledger.Pallets.ModelRegistry;

/// <summary>A way to carry out tasks. The one registry of renderers: the task market uses it too.</summary>
/// <param name="Lane">For which kind of work.</param>
/// <param name="ContainerCid">Where its bytes are.</param>
/// <param name="VramMegabytes">What it needs.</param>
/// <param name="LatencyMaxMilliseconds">How long it takes at most.</param>
/// <param name="Models">What it needs loaded.</param>
/// <param name="Deterministic">Whether it gives the same bytes every time.</param>
/// <param name="Owner">Who registered it.</param>
/// <param name="Deposit">Held from the owner.</param>
/// <param name="RegisteredAt">When.</param>
public sealed record RendererRecord(
    Lane Lane, string ContainerCid, uint VramMegabytes, uint LatencyMaxMilliseconds, IReadOnlyList<string> Models, bool Deterministic,
    AccountId Owner, UInt128 Deposit, uint RegisteredAt)
{
    /// <summary>The bytes of a renderer.</summary>
    public static Codec<RendererRecord> Codec { get; } = Codecs.Codec.Record<RendererRecord>("RendererRecord")
        .With("lane", Codecs.Codec.Enumeration<Lane>(), static r => r.Lane)
        .With("container_cid", Codecs.Codec.Text(128), static r => r.ContainerCid)
        .With("vram_required_mb", Codecs.Codec.U32, static r => r.VramMegabytes)
        .With("max_latency_ms", Codecs.Codec.U32, static r => r.LatencyMaxMilliseconds)
        .With("model_dependencies", Codecs.Codec.Vector(Codecs.Codec.Text(64), 10), static r => r.Models)
        .With("deterministic", Codecs.Codec.Bool, static r => r.Deterministic)
        .With("registered_by", Codecs.Codec.Account, static r => r.Owner)
        .With("deposit", Codecs.Codec.U128, static r => r.Deposit)
        .With("registered_at", Codecs.Codec.U32, static r => r.RegisteredAt)
        .Build(static (lane, cid, vram, latency, models, deterministic, owner, deposit, at) =>
            new(lane, cid, vram, latency, models, deterministic, owner, deposit, at));
}
