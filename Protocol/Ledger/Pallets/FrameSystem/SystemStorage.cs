using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Codecs;
using Nsn.Protocol.Ledger.State;

namespace Nsn.Protocol.Ledger.Pallets.FrameSystem;

/// <summary>What the system pallet keeps.</summary>
public static class SystemStorage
{
    private const string Pallet = SystemPallet.Name;

    /// <summary>Every account.</summary>
    public static StorageMap<AccountId, AccountInfo> Account { get; } =
        new(Pallet, "Account", StorageHasher.Blake2Concat128, Codec.Account, AccountInfo.Codec, default);

    /// <summary>Hashes of the last blocks.</summary>
    public static StorageMap<uint, Hash256> BlockHash { get; } = new(Pallet, "BlockHash", StorageHasher.Twox64Concat, Codec.U32, Codec.Hash, default);

    /// <summary>The number of the last block.</summary>
    public static StorageValue<uint> Number { get; } = new(Pallet, "Number", Codec.U32, 0);

    /// <summary>The hash of the block before the last.</summary>
    public static StorageValue<Hash256> ParentHash { get; } = new(Pallet, "ParentHash", Codec.Hash, default);

    /// <summary>How many events the last block had.</summary>
    public static StorageValue<uint> EventCount { get; } = new(Pallet, "EventCount", Codec.U32, 0);

    /// <summary>The chain's name, from its genesis.</summary>
    public static StorageValue<string> ChainName { get; } = new(Pallet, "ChainName", Codec.Text(64), "");
}
