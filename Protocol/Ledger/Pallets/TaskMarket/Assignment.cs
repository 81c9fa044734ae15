using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Elections;
using Nsn.Protocol.Ledger.Pallets.ModelRegistry;
using Nsn.Protocol.Ledger.Pallets.Stake;
using Nsn.Protocol.Ledger.Runtime;
using Nsn.Protocol.Scale;

namespace Nsn.Protocol.Ledger.Pallets.TaskMarket;

/// <summary>Drawing executors and committees, in proportion to stake. The ledger draws by itself: nobody picks the block in which a draw suits him.</summary>
internal static class Assignment
{
    /// <summary>An executor that can run the renderer, has room, is in the task's lane and is not the requester; null when there is none.</summary>
    public static AccountId? DrawExecutor(BlockContext context, ulong id, TaskRecord task)
    {
        if (!Registry.Renderers.TryGet(context.State, task.Terms.Renderer, out var renderer))
        {
            return null;
        }

        var candidates = Registry.Nodes.Entries(context.State).Select(static entry => entry.Key)
            .Where(node => node != task.Terms.Requester && node != task.Executor
                && IsInLane(context, node, task.Terms.Lane)
                && TaskStorage.Load.Get(context.State, node) < context.Parameters.TasksPerExecutor
                && Registry.CanRun(context.State, context.Parameters, node, renderer, context.Number));
        return Draw(context, candidates, 1, new HashDrbg(Seed(context, "executor"u8, id, task.Attempt))).Select(static account => (AccountId?)account).FirstOrDefault();
    }

    /// <summary>Validators who neither asked for the task nor carried it out.</summary>
    public static IReadOnlyList<AccountId> DrawCommittee(BlockContext context, ulong id, TaskRecord task)
    {
        var candidates = Staking.AtLeast(context.State, NodeRole.Validator, context.Parameters.CandidatesMax)
            .Where(account => account != task.Terms.Requester && account != task.Executor);
        return Draw(context, candidates, context.Parameters.CommitteeSize, new HashDrbg(Seed(context, "committee"u8, id, task.Attempt)));
    }

    /// <summary>Lane 0 is for those who direct now; Lane 1 for staked nodes that neither direct nor prepare to.</summary>
    private static bool IsInLane(BlockContext context, AccountId node, Lane lane)
    {
        var mode = StakeStorage.NodeModes.Get(context.State, node).Kind;
        var stake = Staking.Of(context.State, node);
        return lane == Lane.Lane0
            ? mode == NodeModeKind.Lane0Active && stake.RoleUnder(context.Parameters) == NodeRole.ActiveDirector
            : mode == NodeModeKind.Lane1Active && stake.Amount >= context.Parameters.RelayStake;
    }

    private static List<AccountId> Draw(BlockContext context, IEnumerable<AccountId> candidates, int count, HashDrbg random)
    {
        var left = candidates.Order().Select(account => (Account: account, Weight: Staking.Of(context.State, account).Amount)).ToList();
        var drawn = new List<AccountId>(count);
        while (drawn.Count < count && left.Count > 0)
        {
            var total = left.Aggregate(UInt128.Zero, static (sum, candidate) => sum + candidate.Weight);
            var draw = random.NextBelow(total);
            var index = 0;
            for (; draw >= left[index].Weight; index++)
            {
                draw -= left[index].Weight;
            }

            drawn.Add(left[index].Account);
            left.RemoveAt(index);
        }

        return drawn;
    }

    private static Hash256 Seed(BlockContext context, ReadOnlySpan<byte> purpose, ulong task, uint attempt)
    {
        var writer = new ScaleWriter();
        writer.WriteBytes(purpose);
        writer.WriteFixed(context.ParentHash.AsSpan());
        writer.WriteU64(task);
        writer.WriteU32(attempt);
        return Blake2b.Hash256(writer.WrittenSpan);
    }
}
