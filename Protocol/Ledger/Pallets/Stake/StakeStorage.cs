using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Elections;
using Nsn.Protocol.Ledger.Codecs;
using Nsn.Protocol.Ledger.State;

namespace Nsn.Protocol.Ledger.Pallets.Stake;

/// <summary>What the stake pallet keeps.</summary>
public static class StakeStorage
{
    private const string Pallet = StakePallet.Name;

    /// <summary>Stakes; removed when nothing is left of one.</summary>
    public static StorageMap<AccountId, StakeRecord> Stakes { get; } =
        new(Pallet, "Stakes", StorageHasher.Blake2Concat128, Codec.Account, StakeRecord.Codec, default);

    /// <summary>The sum of all own stakes at work.</summary>
    public static StorageValue<UInt128> TotalStaked { get; } = new(Pallet, "TotalStaked", Codec.U128, UInt128.Zero);

    /// <summary>The same by region.</summary>
    public static StorageMap<Region, UInt128> RegionStakes { get; } =
        new(Pallet, "RegionStakes", StorageHasher.Twox64Concat, Codec.Enumeration<Region>(), Codec.U128, UInt128.Zero);

    /// <summary>Delegations: to whom, by whom.</summary>
    public static StorageDoubleMap<AccountId, AccountId, UInt128> Delegations { get; } =
        new(Pallet, "Delegations", StorageHasher.Blake2Concat128, Codec.Account, Codec.Account, Codec.U128);

    /// <summary>How many delegations an account made.</summary>
    public static StorageMap<AccountId, uint> DelegationCounts { get; } =
        new(Pallet, "DelegationCounts", StorageHasher.Blake2Concat128, Codec.Account, Codec.U32, 0U);

    /// <summary>Stake on its way out.</summary>
    public static StorageMap<AccountId, IReadOnlyList<UnbondingChunk>> Unbonding { get; } =
        new(Pallet, "Unbonding", StorageHasher.Blake2Concat128, Codec.Account, Codec.Vector(UnbondingChunk.Codec, 1024), []);

    /// <summary>What nodes work on.</summary>
    public static StorageMap<AccountId, NodeMode> NodeModes { get; } =
        new(Pallet, "NodeModes", StorageHasher.Blake2Concat128, Codec.Account, NodeMode.Codec, default);

    /// <summary>Accounts by what their amount alone makes them, so that nobody has to walk through all stakes to find some.</summary>
    public static StorageDoubleMap<NodeRole, AccountId, bool> ByRole { get; } =
        new(Pallet, "ByRole", StorageHasher.Blake2Concat128, Codec.Enumeration<NodeRole>(), Codec.Account, Codec.Unit("Unit", true));
}
