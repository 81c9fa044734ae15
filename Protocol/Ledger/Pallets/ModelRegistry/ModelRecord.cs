using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Codecs;

namespace Nsn.Protocol.Ledger.Pallets.ModelRegistry;

/// <summary>A model that nodes can load.</summary>
/// <param name="ContainerCid">Where its bytes are.</param>
/// <param name="VramMegabytes">What it needs.</param>
/// <param name="Capabilities">What it makes.</param>
/// <param name="Owner">Who registered it.</param>
/// <param name="Deposit">Held from the owner.</param>
/// <param name="RegisteredAt">When.</param>
public sealed record ModelRecord(string ContainerCid, uint VramMegabytes, ModelCapabilities Capabilities, AccountId Owner, UInt128 Deposit, uint RegisteredAt)
{
    /// <summary>The bytes of a model.</summary>
    public static Codec<ModelRecord> Codec { get; } = Codecs.Codec.Record<ModelRecord>("ModelRecord")
        .With("container_cid", Codecs.Codec.Text(128), static m => m.ContainerCid)
        .With("vram_required_mb", Codecs.Codec.U32, static m => m.VramMegabytes)
        .With("capabilities", Codecs.Codec.U8, static m => (byte)m.Capabilities)
        .With("registered_by", Codecs.Codec.Account, static m => m.Owner)
        .With("deposit", Codecs.Codec.U128, static m => m.Deposit)
        .With("registered_at", Codecs.Codec.U32, static m => m.RegisteredAt)
        .Build(static (cid, vram, capabilities, owner, deposit, at) => new(cid, vram, (ModelCapabilities)capabilities, owner, deposit, at));
}
