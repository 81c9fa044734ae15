using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Codecs;
using Nsn.Protocol.Ledger.State;

namespace Nsn.Protocol.Ledger.Pallets.Treasury;

/// <summary>What the treasury pallet keeps. Its money is the balance of <see cref="SovereignAccount.Treasury"/>; there is no second count of it.</summary>
public static class TreasuryStorage
{
    private const string Pallet = TreasuryPallet.Name;

    /// <summary>Work by day and account, until it is claimed.</summary>
    public static StorageDoubleMap<uint, AccountId, WorkUnits> Contributions { get; } =
        new(Pallet, "Contributions", StorageHasher.Blake2Concat128, Codec.U32, Codec.Account, WorkUnits.Codec);

    /// <summary>Work of everybody in the running day.</summary>
    public static StorageValue<WorkUnits> Today { get; } = new(Pallet, "Today", WorkUnits.Codec, default);

    /// <summary>Days that can be claimed.</summary>
    public static StorageMap<uint, DayRecord> Days { get; } = new(Pallet, "Days", StorageHasher.Twox64Concat, Codec.U32, DayRecord.Codec);

    /// <summary>The number of the next proposal.</summary>
    public static StorageValue<uint> NextProposal { get; } = new(Pallet, "NextProposal", Codec.U32, 0U);

    /// <summary>Proposals that are being voted on.</summary>
    public static StorageMap<uint, Proposal> Proposals { get; } = new(Pallet, "Proposals", StorageHasher.Twox64Concat, Codec.U32, Proposal.Codec);

    /// <summary>Who voted.</summary>
    public static StorageDoubleMap<uint, AccountId, bool> ProposalVotes { get; } =
        new(Pallet, "ProposalVotes", StorageHasher.Blake2Concat128, Codec.U32, Codec.Account, Codec.Bool);

    /// <summary>Proposals of an account that are being voted on: at most one.</summary>
    public static StorageMap<AccountId, uint> ProposalOf { get; } = new(Pallet, "ProposalOf", StorageHasher.Blake2Concat128, Codec.Account, Codec.U32);
}
