using Nsn.Protocol.Certificates;
using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger;
using Nsn.Protocol.Ledger.Genesis;
using Nsn.Protocol.Ledger.Pallets.Director;

namespace Nsn.Ledger.Tests;

/// <summary>Networks whose clocks run fast enough for a test.</summary>
internal static class TestNetworks
{
    public static GenesisConfig Fast { get; } = GenesisPresets.Dev("fast") with
    {
        Parameters = LedgerParameters.Dev with
        {
            ChallengeBlocks = 5,
            DealIntervalBlocks = 10,
            AuditBlocks = 5,
            VerificationBlocks = 5,
            ExecutionBlocks = 6,
            UnbondingBlocks = 60,
            ProposalBlocks = 8,
            BlocksPerDay = 40,
            BlocksPerYear = 40 * 365,
            BlocksPerWeek = 70,
            StakeLockMin = 3,
            CheckpointBlocks = 50,
            RetentionBlocks = 150,
            AuditChancePerHourMillionths = 200_000_000,
        },
    };

    /// <summary>A certificate for a slot, signed by the first directors of its epoch (or those named).</summary>
    public static Certificate Certify(TestChain chain, ulong slot, int signers = 3, byte content = 1)
    {
        var epoch = chain.Runtime.Parameters.EpochOfSlot(slot);
        var directors = Epochs.Find(chain.State.Storage, epoch)!.Directors;
        var statement = new SlotStatement
        {
            ChainId = chain.State.GenesisHash,
            Epoch = epoch,
            Slot = slot,
            RecipeHash = Blake2b.Hash256([1]),
            ModelPackHash = Blake2b.Hash256([2]),
            ContentRoot = Blake2b.Hash256([content]),
            EmbeddingHash = Blake2b.Hash256([4]),
            Verdict = Verdict.Accept,
        };
        var votes = directors.Take(signers).Select(director => Vote.Sign(TestChain.Signer(NameOf(director)), statement)).ToArray();
        return Certificate.Create(new EpochDirectors(chain.State.GenesisHash, epoch, [.. directors]), votes);
    }

    public static string NameOf(AccountId account) => s_names[account];

    private static readonly Dictionary<AccountId, string> s_names = new[] { DevAccounts.Directors, DevAccounts.SuperNodes, DevAccounts.Validators, DevAccounts.Users }
        .SelectMany(names => names).ToDictionary(TestChain.Account);
}
