using Nsn.Protocol.Ledger.Codecs;
using Nsn.Protocol.Ledger.State;

namespace Nsn.Protocol.Ledger.Pallets.Storage;

/// <summary>What the storage pallet keeps. Everything is keyed by deal, so deals cannot disturb each other.</summary>
public static class StorageItems
{
    private const string Pallet = StoragePallet.Name;

    /// <summary>The number of the next deal.</summary>
    public static StorageValue<ulong> NextDeal { get; } = new(Pallet, "NextDeal", Codec.U64, 0UL);

    /// <summary>Deals; removed some time after they are over.</summary>
    public static StorageMap<ulong, Deal> Deals { get; } = new(Pallet, "PinningDeals", StorageHasher.Twox64Concat, Codec.U64, Deal.Codec);

    /// <summary>Shards by deal and place.</summary>
    public static StorageDoubleMap<ulong, uint, Shard> Shards { get; } = new(Pallet, "Shards", StorageHasher.Twox64Concat, Codec.U64, Codec.U32, Shard.Codec);

    /// <summary>The interval in which a shard's service was last acknowledged, plus one.</summary>
    public static StorageDoubleMap<ulong, uint, uint> Acknowledged { get; } =
        new(Pallet, "Acknowledged", StorageHasher.Twox64Concat, Codec.U64, Codec.U32, Codec.U32);

    /// <summary>The number of the next audit.</summary>
    public static StorageValue<ulong> NextAudit { get; } = new(Pallet, "NextAudit", Codec.U64, 0UL);

    /// <summary>Audits that are not answered yet.</summary>
    public static StorageMap<ulong, Audit> PendingAudits { get; } = new(Pallet, "PendingAudits", StorageHasher.Twox64Concat, Codec.U64, Audit.Codec);
}
