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

    /// <summary>Days in which the work of a day can be claimed.</summary>
    public uint ClaimDays { get; init; } = 30;

    /// <summary>Frozen while a proposal is voted on.</summary>
    public UInt128 ProposalDeposit { get; init; } = Units.Nsn(10);

    /// <summary>Blocks in which stake votes on a payment by the treasury.</summary>
    public required uint ProposalBlocks { get; init; }

    /// <summary>Held for a registered model or renderer, until it is taken out.</summary>
    public UInt128 RegistryDeposit { get; init; } = Units.OneNsn;

    /// <summary>VRAM that a renderer may need, MB.</summary>
    public uint RendererVramMaxMegabytes { get; init; } = 11_500;

    /// <summary>Latency of a Lane-0 renderer, at most, ms.</summary>
    public uint Lane0LatencyMaxMilliseconds { get; init; } = 15_000;

    /// <summary>Latency of a Lane-1 renderer, at most, ms.</summary>
    public uint Lane1LatencyMaxMilliseconds { get; init; } = 120_000;

    /// <summary>Blocks after which a node's capabilities are no longer believed.</summary>
    public required uint CapabilityBlocks { get; init; }

    /// <summary>Shards of a deal, at least.</summary>
    public int DealShardsMin { get; init; } = 10;

    /// <summary>Shards of a deal, at most.</summary>
    public int DealShardsMax { get; init; } = 20;

    /// <summary>Nodes that keep each shard.</summary>
    public int PinnersPerShard { get; init; } = 5;

    /// <summary>Of one region, while other regions have nodes.</summary>
    public int PinnersPerRegionMax { get; init; } = 2;

    /// <summary>Super nodes that a deal looks at.</summary>
    public int PinnerCandidatesMax { get; init; } = 1000;

    /// <summary>Blocks between two payments to pinners.</summary>
    public uint DealIntervalBlocks { get; init; } = 100;

    /// <summary>Blocks in which an audit is answered.</summary>
    public uint AuditBlocks { get; init; } = 100;

    /// <summary>Lost by a pinner that does not answer, or wrongly.</summary>
    public UInt128 AuditSlash { get; init; } = Units.Nsn(10);

    /// <summary>Chance that a super node of 50 NSN is audited for a shard in an hour, in millionths.</summary>
    public uint AuditChancePerHourMillionths { get; init; } = 10_000;

    /// <summary>Pay of a task, at least.</summary>
    public UInt128 EscrowMin { get; init; } = Units.OneNsn / 10;

    /// <summary>Tasks that wait in one lane.</summary>
    public uint OpenTasksPerLane { get; init; } = 1000;

    /// <summary>Tasks that one node carries out at a time.</summary>
    public uint TasksPerExecutor { get; init; } = 4;

    /// <summary>Blocks in which an executor delivers.</summary>
    public required uint ExecutionBlocks { get; init; }

    /// <summary>Executors that are tried for a task.</summary>
    public uint TaskAttemptsMax { get; init; } = 3;

    /// <summary>Validators drawn to check a result.</summary>
    public int CommitteeSize { get; init; } = 5;

    /// <summary>Of whom so many must answer.</summary>
    public int CommitteeQuorum { get; init; } = 2;

    /// <summary>Median score that a result needs, of 100.</summary>
    public byte ScoreMin { get; init; } = 70;

    /// <summary>Blocks in which a committee answers.</summary>
    public uint VerificationBlocks { get; init; } = 100;

    /// <summary>Lost by an executor that lets a task time out, or whose result does not verify.</summary>
    public UInt128 TaskSlash { get; init; } = Units.Nsn(5);

    /// <summary>Blocks in an hour.</summary>
    public uint BlocksPerHour => 3_600_000 / BlockMilliseconds;
}
