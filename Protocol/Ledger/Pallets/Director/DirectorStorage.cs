using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Elections;
using Nsn.Protocol.Ledger.Codecs;
using Nsn.Protocol.Ledger.State;

namespace Nsn.Protocol.Ledger.Pallets.Director;

/// <summary>What the director pallet keeps.</summary>
public static class DirectorStorage
{
    private const string Pallet = DirectorPallet.Name;

    /// <summary>The slot on air.</summary>
    public static StorageValue<ulong> CurrentSlot { get; } = new(Pallet, "CurrentSlot", Codec.U64, 0UL);

    /// <summary>The running epoch.</summary>
    public static StorageValue<uint> CurrentEpoch { get; } = new(Pallet, "CurrentEpoch", Codec.U32, 0U);

    /// <summary>Epochs: past ones, the running one, and the next once it is elected.</summary>
    public static StorageMap<uint, EpochRecord> Epochs { get; } = new(Pallet, "Epochs", StorageHasher.Twox64Concat, Codec.U32, EpochRecord.Codec);

    /// <summary>How each epoch's directors were elected.</summary>
    public static StorageMap<uint, ElectionTranscript> Transcripts { get; } =
        new(Pallet, "Transcripts", StorageHasher.Twox64Concat, Codec.U32, ElectionTranscript.Codec);

    /// <summary>The candidates of the next election, once they are fixed.</summary>
    public static StorageValue<IReadOnlyList<ElectionCandidate>> Candidates { get; } =
        new(Pallet, "Candidates", Codec.Vector(ElectionCandidate.Codec, 100_000), []);

    /// <summary>The last epoch that an account directed, plus one; 0 for never.</summary>
    public static StorageMap<AccountId, uint> Cooldowns { get; } = new(Pallet, "Cooldowns", StorageHasher.Blake2Concat128, Codec.Account, Codec.U32, 0U);

    /// <summary>What the next beacon value is made from.</summary>
    public static StorageValue<Hash256> BeaconAccumulator { get; } = new(Pallet, "BeaconAccumulator", Codec.Hash, default);

    /// <summary>The accumulator when the candidates of the next election were fixed.</summary>
    public static StorageValue<Hash256> BeaconAtClose { get; } = new(Pallet, "BeaconAtClose", Codec.Hash);

    /// <summary>Hashes of secrets for the next beacon value, by the epoch they are for and the director.</summary>
    public static StorageDoubleMap<uint, AccountId, Hash256> BeaconCommits { get; } =
        new(Pallet, "BeaconCommits", StorageHasher.Twox64Concat, Codec.U32, Codec.Account, Codec.Hash);

    /// <summary>Secrets that were revealed.</summary>
    public static StorageDoubleMap<uint, AccountId, Hash256> BeaconReveals { get; } =
        new(Pallet, "BeaconReveals", StorageHasher.Twox64Concat, Codec.U32, Codec.Account, Codec.Hash);

    /// <summary>How far each slot has come.</summary>
    public static StorageMap<ulong, SlotStatus> SlotStatuses { get; } =
        new(Pallet, "SlotStatuses", StorageHasher.Twox64Concat, Codec.U64, Codec.Enumeration<SlotStatus>(), SlotStatus.Pending);

    /// <summary>What was certified for each slot.</summary>
    public static StorageMap<ulong, SlotResult> Results { get; } = new(Pallet, "Results", StorageHasher.Twox64Concat, Codec.U64, SlotResult.Codec);

    /// <summary>The certificates themselves.</summary>
    public static StorageMap<ulong, byte[]> Certificates { get; } = new(Pallet, "Certificates", StorageHasher.Twox64Concat, Codec.U64, Codec.Bytes(4096));

    /// <summary>Challenges that are open.</summary>
    public static StorageMap<ulong, Challenge> Challenges { get; } = new(Pallet, "Challenges", StorageHasher.Twox64Concat, Codec.U64, Challenge.Codec);

    /// <summary>Votes on open challenges: true agrees with the challenger.</summary>
    public static StorageDoubleMap<ulong, AccountId, bool> ChallengeVotes { get; } =
        new(Pallet, "ChallengeVotes", StorageHasher.Twox64Concat, Codec.U64, Codec.Account, Codec.Bool);

    /// <summary>Directors that signed two statements for a slot, and have paid for it.</summary>
    public static StorageDoubleMap<ulong, AccountId, uint> Equivocations { get; } =
        new(Pallet, "Equivocations", StorageHasher.Twox64Concat, Codec.U64, Codec.Account, Codec.U32);
}
