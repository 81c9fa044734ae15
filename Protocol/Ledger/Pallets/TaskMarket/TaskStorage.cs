using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Codecs;
using Nsn.Protocol.Ledger.Pallets.ModelRegistry;
using Nsn.Protocol.Ledger.State;

namespace Nsn.Protocol.Ledger.Pallets.TaskMarket;

/// <summary>What the task market keeps.</summary>
public static class TaskStorage
{
    private const string Pallet = TaskMarketPallet.Name;

    /// <summary>The number of the next task.</summary>
    public static StorageValue<ulong> NextTask { get; } = new(Pallet, "NextTaskId", Codec.U64, 0UL);

    /// <summary>Tasks; removed some time after they are over.</summary>
    public static StorageMap<ulong, TaskRecord> Tasks { get; } = new(Pallet, "Tasks", StorageHasher.Twox64Concat, Codec.U64, TaskRecord.Codec);

    /// <summary>How many tasks of each lane wait.</summary>
    public static StorageMap<Lane, uint> OpenCount { get; } = new(Pallet, "OpenCount", StorageHasher.Twox64Concat, Codec.Enumeration<Lane>(), Codec.U32, 0U);

    /// <summary>How many tasks an executor has.</summary>
    public static StorageMap<AccountId, uint> Load { get; } = new(Pallet, "Load", StorageHasher.Blake2Concat128, Codec.Account, Codec.U32, 0U);

    /// <summary>What the committee says.</summary>
    public static StorageDoubleMap<ulong, AccountId, byte> Attestations { get; } =
        new(Pallet, "Attestations", StorageHasher.Blake2Concat128, Codec.U64, Codec.Account, Codec.U8);
}
