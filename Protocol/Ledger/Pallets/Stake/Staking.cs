using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Elections;
using Nsn.Protocol.Ledger.Pallets.Balances;
using Nsn.Protocol.Ledger.Runtime;
using Nsn.Protocol.Ledger.State;

namespace Nsn.Protocol.Ledger.Pallets.Stake;

/// <summary>Own stake: in, out, and what other pallets ask about it.</summary>
public static partial class Staking
{
    /// <summary>The stake of an account; all zero where it has none.</summary>
    public static StakeRecord Of(IStateReader state, in AccountId who) => StakeStorage.Stakes.Get(state, who);

    /// <summary>The role of an account.</summary>
    public static NodeRole RoleOf(IStateReader state, LedgerParameters parameters, in AccountId who) => Of(state, who).RoleUnder(parameters);

    /// <summary>Whether the account may be elected and, once elected, serve.</summary>
    public static bool IsDirectorGrade(IStateReader state, LedgerParameters parameters, in AccountId who) => Of(state, who).Amount >= parameters.DirectorStake;

    /// <summary>Whether the account may vote on challenges and check tasks.</summary>
    public static bool IsValidator(IStateReader state, LedgerParameters parameters, in AccountId who) => Of(state, who).Amount >= parameters.ValidatorStake;

    /// <summary>Accounts whose stake is at least that of a role, none after another in any particular order but the same everywhere; at most so many.</summary>
    public static IEnumerable<AccountId> AtLeast(IStateReader state, NodeRole role, int most)
    {
        NodeRole[] roles = [NodeRole.Relay, NodeRole.Validator, NodeRole.SuperNode, NodeRole.Director];
        return roles.Where(candidate => candidate >= role).SelectMany(candidate => StakeStorage.ByRole.Entries(state, candidate)).Take(most).Select(static entry => entry.Key);
    }

    /// <summary>Puts balance to work.</summary>
    public static DispatchResult Deposit(BlockContext context, AccountId who, StakeCalls.DepositStake call)
    {
        var record = Of(context.State, who);
        if (call.Amount == 0)
        {
            return StakeErrors.ZeroAmount;
        }

        // Compared before adding, so that no sum can overflow.
        if (call.Amount > context.Parameters.StakeMax - UInt128.Min(record.Amount, context.Parameters.StakeMax))
        {
            return StakeErrors.PerNodeCapExceeded;
        }

        if (record.Amount > 0 && record.Region != call.Region)
        {
            return StakeErrors.RegionFixed;
        }

        if (ExceedsRegionCap(context, call.Region, call.Amount))
        {
            return StakeErrors.RegionCapExceeded;
        }

        var lockBlocks = Math.Max(call.LockBlocks, context.Parameters.StakeLockMin);
        if (lockBlocks > uint.MaxValue - context.Number)
        {
            return StakeErrors.Overflow;
        }

        if (Tokens.Hold(context, HoldReason.Staking, who, call.Amount) is { IsError: true } refusal)
        {
            return refusal;
        }

        var updated = record with
        {
            Amount = record.Amount + call.Amount,
            LockedUntil = Math.Max(record.LockedUntil, context.Number + lockBlocks),
            Region = call.Region,
        };
        Write(context, who, record, updated);
        context.Deposit(new StakeEvents.StakeDeposited(who, call.Amount, updated.RoleUnder(context.Parameters)));
        return DispatchResult.Ok;
    }

    /// <summary>Starts taking stake out.</summary>
    public static DispatchResult Withdraw(BlockContext context, AccountId who, StakeCalls.WithdrawStake call)
    {
        var record = Of(context.State, who);
        if (call.Amount == 0)
        {
            return StakeErrors.ZeroAmount;
        }

        if (context.Number <= record.LockedUntil)
        {
            return StakeErrors.StakeLocked;
        }

        if (record.Amount < call.Amount)
        {
            return StakeErrors.InsufficientStake;
        }

        if (Director.Epochs.IsServing(context, who))
        {
            return StakeErrors.InService;
        }

        if (AddUnbonding(context, who, HoldReason.Staking, call.Amount) is { IsError: true } refusal)
        {
            return refusal;
        }

        var updated = record with { Amount = record.Amount - call.Amount };
        Write(context, who, record, updated);
        ReduceDelegations(context, who);
        context.Deposit(new StakeEvents.StakeWithdrawn(who, call.Amount, context.Number + context.Parameters.UnbondingBlocks));
        return DispatchResult.Ok;
    }

    /// <summary>Takes out what has been on its way out for long enough.</summary>
    public static DispatchResult WithdrawUnbonded(BlockContext context, AccountId who)
    {
        var chunks = StakeStorage.Unbonding.Get(context.State, who);
        UInt128 total = 0;
        foreach (var chunk in chunks.Where(chunk => chunk.ReleaseBlock <= context.Number))
        {
            if (Tokens.Release(context, chunk.Reason, who, chunk.Amount) is { IsError: true } refusal)
            {
                return refusal;
            }

            total += chunk.Amount;
        }

        if (total == 0)
        {
            return StakeErrors.NothingUnbonded;
        }

        SetUnbonding(context, who, [.. chunks.Where(chunk => chunk.ReleaseBlock > context.Number)]);
        context.Deposit(new StakeEvents.UnbondedWithdrawn(who, total));
        return DispatchResult.Ok;
    }

    /// <summary>Says what a node works on from now on.</summary>
    public static void SetMode(BlockContext context, in AccountId who, NodeMode mode)
    {
        if (StakeStorage.NodeModes.Get(context.State, who) == mode)
        {
            return;
        }

        if (mode == default)
        {
            StakeStorage.NodeModes.Remove(context.State, who);
        }
        else
        {
            StakeStorage.NodeModes.Set(context.State, who, mode);
        }

        context.Deposit(new StakeEvents.NodeModeChanged(who, mode));
    }

    /// <summary>Says what an account was elected for. Its role still follows from its stake.</summary>
    public static void SetDuty(BlockContext context, in AccountId who, DirectorDuty duty)
    {
        var record = Of(context.State, who);
        if (record.Amount > 0 && record.Duty != duty)
        {
            Write(context, who, record, record with { Duty = duty });
        }
    }

    /// <summary>
    /// A region may have at most a fifth of all stake. With fewer than eight regions at work that could never hold, so the share is one and a half times an
    /// equal part when this is more: 7 regions 22 %, 5 regions 30 %, 3 regions 50 %, 1 region all.
    /// </summary>
    internal static bool ExceedsRegionCap(BlockContext context, Region region, UInt128 amount)
    {
        var total = StakeStorage.TotalStaked.Get(context.State);
        if (total < context.Parameters.RegionCapFrom)
        {
            return false;
        }

        var active = Enum.GetValues<Region>().Count(r => r == region || StakeStorage.RegionStakes.Get(context.State, r) > 0);
        var percent = Math.Min(100, Math.Max((int)context.Parameters.RegionShareMaxPercent, (150 + active - 1) / active));
        return (StakeStorage.RegionStakes.Get(context.State, region) + amount) * 100 > (total + amount) * (uint)percent;
    }

    /// <summary>Writes a record, and every total and index that follows from it.</summary>
    private static void Write(BlockContext context, in AccountId who, in StakeRecord before, in StakeRecord after)
    {
        if (before.Amount != after.Amount)
        {
            var total = StakeStorage.TotalStaked.Get(context.State);
            StakeStorage.TotalStaked.Set(context.State, checked(total - before.Amount + after.Amount));
            var ofRegion = StakeStorage.RegionStakes.Get(context.State, after.Region);
            StakeStorage.RegionStakes.Set(context.State, after.Region, checked(ofRegion - before.Amount + after.Amount));
        }

        var (roleBefore, roleAfter) = (AmountRole(context, before), AmountRole(context, after));
        if (roleBefore != roleAfter)
        {
            StakeStorage.ByRole.Remove(context.State, roleBefore, who);
            if (roleAfter != NodeRole.None)
            {
                StakeStorage.ByRole.Set(context.State, roleAfter, who, true);
            }
        }

        // A record of nothing is no record; the duty of an account without a director's stake is over.
        if (after.Amount == 0 && after.DelegatedToMe == 0)
        {
            StakeStorage.Stakes.Remove(context.State, who);
        }
        else
        {
            StakeStorage.Stakes.Set(context.State, who, roleAfter == NodeRole.Director ? after : after with { Duty = DirectorDuty.None });
        }
    }

    private static NodeRole AmountRole(BlockContext context, in StakeRecord record) => (record with { Duty = DirectorDuty.None }).RoleUnder(context.Parameters);

    private static DispatchResult AddUnbonding(BlockContext context, in AccountId who, HoldReason reason, UInt128 amount)
    {
        var chunks = StakeStorage.Unbonding.Get(context.State, who);
        if (chunks.Count >= context.Parameters.UnbondingChunksMax)
        {
            return StakeErrors.TooManyUnbonding;
        }

        if (context.Parameters.UnbondingBlocks > uint.MaxValue - context.Number)
        {
            return StakeErrors.Overflow;
        }

        SetUnbonding(context, who, [.. chunks, new UnbondingChunk(reason, amount, context.Number + context.Parameters.UnbondingBlocks)]);
        return DispatchResult.Ok;
    }

    private static void SetUnbonding(BlockContext context, in AccountId who, List<UnbondingChunk> chunks)
    {
        if (chunks.Count == 0)
        {
            StakeStorage.Unbonding.Remove(context.State, who);
        }
        else
        {
            StakeStorage.Unbonding.Set(context.State, who, chunks);
        }
    }
}
