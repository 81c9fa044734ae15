using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Pallets.FrameSystem;
using Nsn.Protocol.Ledger.Runtime;

namespace Nsn.Protocol.Ledger.Pallets.Balances;

/// <summary>Holds and freezes.</summary>
public static partial class Tokens
{
    /// <summary>What is held for one reason.</summary>
    public static UInt128 HeldFor(State.IStateReader state, HoldReason reason, in AccountId who)
    {
        foreach (var (held, amount) in BalancesStorage.Holds.Get(state, who))
        {
            if (held == reason)
            {
                return amount;
            }
        }

        return 0;
    }

    /// <summary>Moves free balance into a hold; leaves the existential deposit free.</summary>
    public static DispatchResult Hold(BlockContext context, HoldReason reason, in AccountId who, UInt128 amount)
    {
        var account = SystemStorage.Account.Get(context.State, who);
        if (account.Data.Usable < amount)
        {
            return account.Data.Free < amount ? DispatchError.FundsUnavailable : DispatchError.Frozen;
        }

        if (account.Data.Free - amount < context.Parameters.ExistentialDeposit)
        {
            return DispatchError.OnlyProvider;
        }

        SetHeld(context, reason, who, HeldFor(context.State, reason, who) + amount);
        Write(context, who, account, account.Data with { Free = account.Data.Free - amount, Reserved = account.Data.Reserved + amount });
        context.Deposit(new BalancesEvents.Held(reason, who, amount));
        return DispatchResult.Ok;
    }

    /// <summary>Moves held balance back to free.</summary>
    public static DispatchResult Release(BlockContext context, HoldReason reason, in AccountId who, UInt128 amount)
    {
        if (TryUnhold(context, reason, who, amount) is { IsError: true } refusal)
        {
            return refusal;
        }

        var account = SystemStorage.Account.Get(context.State, who);
        Write(context, who, account, account.Data with { Free = account.Data.Free + amount, Reserved = account.Data.Reserved - amount });
        context.Deposit(new BalancesEvents.Released(reason, who, amount));
        return DispatchResult.Ok;
    }

    /// <summary>Destroys held balance.</summary>
    public static DispatchResult BurnHeld(BlockContext context, HoldReason reason, in AccountId who, UInt128 amount)
    {
        if (TryUnhold(context, reason, who, amount) is { IsError: true } refusal)
        {
            return refusal;
        }

        var account = SystemStorage.Account.Get(context.State, who);
        ReduceIssuance(context, amount);
        Write(context, who, account, account.Data with { Reserved = account.Data.Reserved - amount });
        context.Deposit(new BalancesEvents.BurnedHeld(reason, who, amount));
        return DispatchResult.Ok;
    }

    /// <summary>Pays held balance to another account's free balance; to the own one it is a release.</summary>
    public static DispatchResult TransferHeld(BlockContext context, HoldReason reason, in AccountId from, in AccountId to, UInt128 amount)
    {
        if (from == to)
        {
            return Release(context, reason, from, amount);
        }

        var payee = SystemStorage.Account.Get(context.State, to);
        if (payee.Data.Free + amount < context.Parameters.ExistentialDeposit)
        {
            return DispatchError.BelowMinimum;
        }

        if (TryUnhold(context, reason, from, amount) is { IsError: true } refusal)
        {
            return refusal;
        }

        var payer = SystemStorage.Account.Get(context.State, from);
        Write(context, from, payer, payer.Data with { Reserved = payer.Data.Reserved - amount });
        Write(context, to, payee, payee.Data with { Free = payee.Data.Free + amount });
        context.Deposit(new BalancesEvents.TransferredHeld(reason, from, to, amount));
        return DispatchResult.Ok;
    }

    /// <summary>Freezes so much of the free balance for a reason, in place of what was frozen for it; zero thaws.</summary>
    public static void SetFreeze(BlockContext context, FreezeReason reason, in AccountId who, UInt128 amount)
    {
        var freezes = BalancesStorage.Freezes.Get(context.State, who).Where(freeze => freeze.Reason != reason).ToList();
        if (amount > 0)
        {
            freezes.Add((reason, amount));
        }

        var largest = freezes.Count == 0 ? 0 : freezes.Max(static freeze => freeze.Amount);
        var account = SystemStorage.Account.Get(context.State, who);
        if (freezes.Count == 0)
        {
            BalancesStorage.Freezes.Remove(context.State, who);
        }
        else
        {
            BalancesStorage.Freezes.Set(context.State, who, [.. freezes.OrderBy(static freeze => freeze.Reason)]);
        }

        if (account.Data.Frozen != largest)
        {
            SystemStorage.Account.Set(context.State, who, account with { Data = account.Data with { Frozen = largest } });
        }
    }

    private static DispatchResult TryUnhold(BlockContext context, HoldReason reason, in AccountId who, UInt128 amount)
    {
        var held = HeldFor(context.State, reason, who);
        if (held < amount)
        {
            return BalancesErrors.HoldTooSmall;
        }

        SetHeld(context, reason, who, held - amount);
        return DispatchResult.Ok;
    }

    private static void SetHeld(BlockContext context, HoldReason reason, in AccountId who, UInt128 amount)
    {
        var holds = BalancesStorage.Holds.Get(context.State, who).Where(hold => hold.Reason != reason).ToList();
        if (amount > 0)
        {
            holds.Add((reason, amount));
        }

        if (holds.Count == 0)
        {
            BalancesStorage.Holds.Remove(context.State, who);
        }
        else
        {
            BalancesStorage.Holds.Set(context.State, who, [.. holds.OrderBy(static hold => hold.Reason)]);
        }
    }
}
