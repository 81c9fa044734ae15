using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Pallets.FrameSystem;
using Nsn.Protocol.Ledger.Runtime;

namespace Nsn.Protocol.Ledger.Pallets.Balances;

/// <summary>Moving, making and destroying tokens: for calls and for other pallets. Each method checks first and then writes, so a refusal leaves nothing behind.</summary>
public static partial class Tokens
{
    /// <summary>The balance of an account; zero where it does not exist.</summary>
    public static AccountData Of(State.IStateReader state, in AccountId who) => SystemStorage.Account.Get(state, who).Data;

    /// <summary>Pays from the free balance of one account to another.</summary>
    public static DispatchResult Transfer(BlockContext context, in AccountId from, in AccountId to, UInt128 amount, bool keepAlive)
    {
        if (amount == 0)
        {
            return BalancesErrors.ZeroAmount;
        }

        var payer = SystemStorage.Account.Get(context.State, from);
        if (Spendable(context, payer, amount, keepAlive) is { IsError: true } refusal)
        {
            return refusal;
        }

        if (from == to)
        {
            return DispatchResult.Ok;
        }

        var payee = SystemStorage.Account.Get(context.State, to);
        if (payee.Data.Free + amount < context.Parameters.ExistentialDeposit)
        {
            return DispatchError.BelowMinimum;
        }

        Write(context, from, payer, payer.Data with { Free = payer.Data.Free - amount });
        Write(context, to, payee, payee.Data with { Free = payee.Data.Free + amount });
        context.Deposit(new BalancesEvents.Transfer(from, to, amount));
        return DispatchResult.Ok;
    }

    /// <summary>Makes tokens.</summary>
    public static DispatchResult Mint(BlockContext context, in AccountId to, UInt128 amount)
    {
        var issuance = BalancesStorage.TotalIssuance.Get(context.State);
        var payee = SystemStorage.Account.Get(context.State, to);
        if (amount > UInt128.MaxValue - issuance)
        {
            return DispatchError.Overflow;
        }

        if (payee.Data.Free + amount < context.Parameters.ExistentialDeposit)
        {
            return DispatchError.BelowMinimum;
        }

        BalancesStorage.TotalIssuance.Set(context.State, issuance + amount);
        Write(context, to, payee, payee.Data with { Free = payee.Data.Free + amount });
        context.Deposit(new BalancesEvents.Minted(to, amount));
        return DispatchResult.Ok;
    }

    /// <summary>Destroys tokens of the free balance.</summary>
    public static DispatchResult Burn(BlockContext context, in AccountId from, UInt128 amount, bool keepAlive)
    {
        var payer = SystemStorage.Account.Get(context.State, from);
        if (Spendable(context, payer, amount, keepAlive) is { IsError: true } refusal)
        {
            return refusal;
        }

        ReduceIssuance(context, amount);
        Write(context, from, payer, payer.Data with { Free = payer.Data.Free - amount });
        context.Deposit(new BalancesEvents.Burned(from, amount));
        return DispatchResult.Ok;
    }

    /// <summary>Takes an extrinsic's fee and counts its nonce: one write. The caller has just read the account and seen that it can pay and live on.</summary>
    internal static void ChargeFee(BlockContext context, in AccountId who, in AccountInfo account, UInt128 fee)
    {
        ReduceIssuance(context, fee);
        SystemStorage.Account.Set(context.State, who, account with
        {
            Nonce = account.Nonce + 1,
            Data = account.Data with { Free = checked(account.Data.Free - fee) },
        });
    }

    /// <summary>Gives a fee back.</summary>
    internal static void RefundFee(BlockContext context, in AccountId who, UInt128 fee)
    {
        var account = SystemStorage.Account.Get(context.State, who);
        BalancesStorage.TotalIssuance.Set(context.State, BalancesStorage.TotalIssuance.Get(context.State) + fee);
        Write(context, who, account, account.Data with { Free = account.Data.Free + fee });
    }

    private static DispatchResult Spendable(BlockContext context, in AccountInfo payer, UInt128 amount, bool keepAlive)
    {
        if (payer.Data.Free < amount)
        {
            return DispatchError.FundsUnavailable;
        }

        if (payer.Data.Usable < amount)
        {
            return DispatchError.Frozen;
        }

        // What is held needs an account to be held in.
        var mustLive = keepAlive || payer.Data.Reserved > 0;
        return mustLive && payer.Data.Free - amount < context.Parameters.ExistentialDeposit ? DispatchError.OnlyProvider : DispatchResult.Ok;
    }

    private static void ReduceIssuance(BlockContext context, UInt128 amount) =>
        BalancesStorage.TotalIssuance.Set(context.State, checked(BalancesStorage.TotalIssuance.Get(context.State) - amount));

    private static void Write(BlockContext context, in AccountId who, in AccountInfo before, AccountData data)
    {
        if (data.Free < context.Parameters.ExistentialDeposit && data.Reserved == 0)
        {
            End(context, who, before, data.Free);
            return;
        }

        SystemStorage.Account.Set(context.State, who, before with { Exists = true, Data = data });
        if (!before.Exists)
        {
            context.Deposit(new SystemEvents.NewAccount(who));
            context.Deposit(new BalancesEvents.Endowed(who, data.Free));
        }
    }

    /// <summary>The nonce stays where it was used, so that nothing signed earlier can be played again when the account comes back.</summary>
    private static void End(BlockContext context, in AccountId who, in AccountInfo before, UInt128 dust)
    {
        ReduceIssuance(context, dust);
        BalancesStorage.Freezes.Remove(context.State, who);
        if (before.Nonce == 0)
        {
            SystemStorage.Account.Remove(context.State, who);
        }
        else
        {
            SystemStorage.Account.Set(context.State, who, new AccountInfo(before.Nonce, false, default));
        }

        if (dust > 0)
        {
            context.Deposit(new BalancesEvents.DustLost(who, dust));
        }

        if (before.Exists)
        {
            context.Deposit(new SystemEvents.KilledAccount(who));
        }
    }
}
