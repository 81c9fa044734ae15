namespace Nsn.Protocol.Ledger;

/// <summary>Amounts, limits and deadlines of the pallets.</summary>
public sealed partial record LedgerParameters
{
    /// <summary>An account with less does not exist.</summary>
    public UInt128 ExistentialDeposit { get; init; } = Units.MilliNsn;

    /// <summary>Fee of an extrinsic of base weight.</summary>
    public UInt128 BaseFee { get; init; } = Units.MicroNsn;

    /// <summary>Fee for each byte of an extrinsic.</summary>
    public UInt128 FeePerByte { get; init; } = 10 * Units.MicroNsn;

    /// <summary>Stake of a relay, at least.</summary>
    public UInt128 RelayStake { get; init; } = Units.Nsn(5);

    /// <summary>Stake of a validator, at least.</summary>
    public UInt128 ValidatorStake { get; init; } = Units.Nsn(10);

    /// <summary>Stake of a super node, at least.</summary>
    public UInt128 SuperNodeStake { get; init; } = Units.Nsn(50);

    /// <summary>Stake of a director, at least.</summary>
    public UInt128 DirectorStake { get; init; } = Units.Nsn(100);

    /// <summary>Own stake of one account, at most.</summary>
    public UInt128 StakeMax { get; init; } = Units.Nsn(1000);

    /// <summary>A region's share of all stake, at most, in percent, when there are regions enough.</summary>
    public uint RegionShareMaxPercent { get; init; } = 20;

    /// <summary>The region cap starts when so much is staked.</summary>
    public UInt128 RegionCapFrom { get; init; } = Units.Nsn(1000);

    /// <summary>Delegations to an account, as a multiple of its own stake, at most.</summary>
    public uint DelegationMultiple { get; init; } = 5;

    /// <summary>Delegations that one account may make.</summary>
    public uint DelegationsPerDelegator { get; init; } = 10;

    /// <summary>Accounts that may delegate to one account.</summary>
    public uint DelegatorsPerValidator { get; init; } = 100;

    /// <summary>Blocks for which stake stays locked after a deposit, at least.</summary>
    public required uint StakeLockMin { get; init; }

    /// <summary>Blocks between leaving and being paid: longer than any dispute may take.</summary>
    public required uint UnbondingBlocks { get; init; }

    /// <summary>Withdrawals of one account that may be on their way out at once.</summary>
    public int UnbondingChunksMax { get; init; } = 32;

    /// <summary>Percent lost in each week of <see cref="BlocksPerWeek"/>.</summary>
    public uint DecayPercent { get; init; } = 5;

    /// <summary>Blocks between two checkpoints of the reputations.</summary>
    public uint CheckpointBlocks { get; init; } = 1000;

    /// <summary>Accounts in a checkpoint, at most.</summary>
    public int CheckpointAccountsMax { get; init; } = 10_000;

    /// <summary>Blocks for which roots, checkpoints and archived results are kept.</summary>
    public uint RetentionBlocks { get; init; } = 2_592_000;

    /// <summary>Directors of an epoch.</summary>
    public int DirectorsPerEpoch { get; init; } = 5;

    /// <summary>Equal votes that make a certificate.</summary>
    public int CertificateThreshold { get; init; } = 3;

    /// <summary>Epochs that an account rests after it directed one, while others can fill the seats.</summary>
    public uint CooldownEpochs { get; init; } = 1;

    /// <summary>Directors of one region in an epoch, while other regions can fill the seats.</summary>
    public int DirectorsPerRegionMax { get; init; } = 2;

    /// <summary>Candidates that an election looks at, by stake.</summary>
    public int CandidatesMax { get; init; } = 20_000;

    /// <summary>Slots before it goes on air from which a slot's certificate is accepted.</summary>
    public uint CertificateLeadSlots { get; init; } = 2;

    /// <summary>Blocks after a slot's end until which its certificate is accepted.</summary>
    public uint CertificateGraceBlocks { get; init; } = 8;

    /// <summary>Blocks in which a result can be challenged, and then as many in which validators vote.</summary>
    public uint ChallengeBlocks { get; init; } = 50;

    /// <summary>Held from a challenger.</summary>
    public UInt128 ChallengeBond { get; init; } = Units.Nsn(25);

    /// <summary>Paid to a challenger who was right, out of what the signers lost.</summary>
    public UInt128 ChallengeReward { get; init; } = Units.Nsn(10);

    /// <summary>Lost by each signer of a result that was wrong, and by a director who signed two statements.</summary>
    public UInt128 DirectorSlash { get; init; } = Units.Nsn(100);

    /// <summary>Validators that must vote on a challenge.</summary>
    public int ChallengeQuorum { get; init; } = 3;

    /// <summary>Validators that may vote on a challenge.</summary>
    public int ChallengeVotesMax { get; init; } = 100;

    /// <summary>Agenda items carried out in one block.</summary>
    public int DueItemsPerBlock { get; init; } = 1000;
}
