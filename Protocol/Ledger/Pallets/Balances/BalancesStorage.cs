using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Codecs;
using Nsn.Protocol.Ledger.State;

namespace Nsn.Protocol.Ledger.Pallets.Balances;

/// <summary>What the balances pallet keeps beside <see cref="FrameSystem.SystemStorage.Account"/>.</summary>
public static class BalancesStorage
{
    private const string Pallet = BalancesPallet.Name;
    private static readonly IReadOnlyList<(HoldReason, UInt128)> s_noHold = [];
    private static readonly IReadOnlyList<(FreezeReason, UInt128)> s_noFreeze = [];

    /// <summary>All tokens there are: the sum over all accounts.</summary>
    public static StorageValue<UInt128> TotalIssuance { get; } = new(Pallet, "TotalIssuance", Codec.U128, UInt128.Zero);

    /// <summary>What is held, by reason; their sum is the account's reserved balance.</summary>
    public static StorageMap<AccountId, IReadOnlyList<(HoldReason Reason, UInt128 Amount)>> Holds { get; } = new(
        Pallet, "Holds", StorageHasher.Blake2Concat128, Codec.Account, Codec.Vector(Codec.Pair(Codec.Enumeration<HoldReason>(), Codec.U128), 16), s_noHold);

    /// <summary>What is frozen, by reason; the largest is the account's frozen balance.</summary>
    public static StorageMap<AccountId, IReadOnlyList<(FreezeReason Reason, UInt128 Amount)>> Freezes { get; } = new(
        Pallet, "Freezes", StorageHasher.Blake2Concat128, Codec.Account, Codec.Vector(Codec.Pair(Codec.Enumeration<FreezeReason>(), Codec.U128), 16), s_noFreeze);
}
