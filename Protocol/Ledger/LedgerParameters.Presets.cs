namespace Nsn.Protocol.Ledger;

/// <summary>The three networks.</summary>
public sealed partial record LedgerParameters
{
    /// <summary>The main network: 6 s blocks, epochs of an hour.</summary>
    public static LedgerParameters Main { get; } = new()
    {
        Name = "main",
        BlockMilliseconds = 6000,
        BlocksPerEpoch = 600,
        OnDeckBlocks = 20,
        BlocksPerDay = 14_400,
        BlocksPerWeek = 100_800,
        BlocksPerYear = 5_256_000,
        StakeLockMin = 600,
        UnbondingBlocks = 100_800,
        ProposalBlocks = 14_400,
        CapabilityBlocks = 14_400,
        ExecutionBlocks = 50,
    };

    /// <summary>The public test network: the main network's clock, quicker exits.</summary>
    public static LedgerParameters Test { get; } = Main with
    {
        Name = "test",
        UnbondingBlocks = 3_600,
        ProposalBlocks = 1_800,
        RetentionBlocks = 432_000,
    };

    /// <summary>A network on one machine: 1 s blocks, epochs of 80 s, a day of 20 minutes.</summary>
    public static LedgerParameters Dev { get; } = Main with
    {
        Name = "dev",
        BlockMilliseconds = 1000,
        BlocksPerEpoch = 80,
        OnDeckBlocks = 5,
        BlocksPerDay = 1_200,
        BlocksPerWeek = 8_400,
        BlocksPerYear = 438_000,
        StakeLockMin = 80,
        UnbondingBlocks = 400,
        ProposalBlocks = 120,
        CapabilityBlocks = 3_600,
        ExecutionBlocks = 300,
        AuditChancePerHourMillionths = 200_000,
        RetentionBlocks = 100_000,
        CheckpointBlocks = 200,
        RegionCapFrom = Units.Nsn(10_000),
    };

    /// <summary>The preset of that name, or null.</summary>
    public static LedgerParameters? Find(string name) => name switch
    {
        "main" => Main,
        "test" => Test,
        "dev" => Dev,
        _ => null,
    };

    /// <summary>What is wrong with these numbers, each problem in one sentence; empty when they fit together.</summary>
    public IReadOnlyList<string> Problems()
    {
        var problems = new List<string>();
        Require(BlocksPerSlot > 0 && BlocksPerEpoch > 0 && BlocksPerEpoch % BlocksPerSlot == 0, "An epoch must be a whole number of slots.");
        Require(OnDeckBlocks > 0 && 3 * OnDeckBlocks < BlocksPerEpoch, "Three on-deck leads must fit into an epoch.");
        Require(BlocksPerDay > 0 && BlocksPerYear % BlocksPerDay == 0, "A year must be a whole number of days.");
        Require(CertificateThreshold > DirectorsPerEpoch / 2 && CertificateThreshold <= DirectorsPerEpoch, "A certificate needs more than half of the directors.");
        Require(UnbondingBlocks > CertificateGraceBlocks + BlocksPerSlot + (2 * ChallengeBlocks), "Unbonding must outlast every dispute.");
        Require(UnbondingBlocks > ProposalBlocks && UnbondingBlocks > AuditBlocks, "Unbonding must outlast votes and audits.");
        Require(DecayPercent <= 100, "Decay is at most 100 percent.");
        Require(RelayStake <= ValidatorStake && ValidatorStake <= SuperNodeStake && SuperNodeStake <= DirectorStake && DirectorStake <= StakeMax, "Stakes must rise with the roles.");
        return problems;

        void Require(bool holds, string problem)
        {
            if (!holds)
            {
                problems.Add(problem);
            }
        }
    }
}
