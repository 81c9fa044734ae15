using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Pallets.Balances;
using Nsn.Protocol.Ledger.Runtime;

namespace Nsn.Protocol.Ledger.Pallets.Stake;

/// <summary>Losing stake.</summary>
public static partial class Staking
{
    /// <summary>
    /// Takes up to <paramref name="amount"/> of an account's own stake, then of what is on its way out. Never fails: delegations shrink with it.
    /// </summary>
    /// <param name="context">The block.</param>
    /// <param name="offender">Who loses it.</param>
    /// <param name="amount">How much at most.</param>
    /// <param name="reason">Why.</param>
    /// <param name="beneficiary">Who gets part of it, or null; the rest is burned.</param>
    /// <param name="reward">How much of it the beneficiary gets at most.</param>
    /// <returns>What was taken, and what of it was paid.</returns>
    public static (UInt128 Taken, UInt128 Paid) Slash(
        BlockContext context, AccountId offender, UInt128 amount, SlashReason reason, AccountId? beneficiary = null, UInt128 reward = default)
    {
        var record = Of(context.State, offender);
        var fromStake = UInt128.Min(record.Amount, amount);
        var fromUnbonding = TakeUnbonding(context, offender, amount - fromStake);
        var taken = fromStake + fromUnbonding;
        if (taken == 0)
        {
            return (0, 0);
        }

        if (fromStake > 0)
        {
            Write(context, offender, record, record with { Amount = record.Amount - fromStake });
            ReduceDelegations(context, offender);
        }

        var paid = UInt128.Zero;
        if (beneficiary is { } payee)
        {
            paid = UInt128.Min(reward, taken);
            if (paid > 0 && Tokens.TransferHeld(context, HoldReason.Staking, offender, payee, paid).IsError)
            {
                paid = 0; // Too little for an account to begin with: burned as well.
            }
        }

        if (taken > paid && Tokens.BurnHeld(context, HoldReason.Staking, offender, taken - paid) is { IsError: true } refusal)
        {
            throw new InvalidOperationException($"Stake is not held: {refusal}.");
        }

        context.Deposit(new StakeEvents.StakeSlashed(offender, taken, reason));
        return (taken, paid);
    }

    /// <summary>Takes from own stake that is on its way out, what would leave last first.</summary>
    private static UInt128 TakeUnbonding(BlockContext context, in AccountId who, UInt128 amount)
    {
        if (amount == 0)
        {
            return 0;
        }

        var chunks = StakeStorage.Unbonding.Get(context.State, who).ToList();
        var left = amount;
        for (var i = chunks.Count - 1; i >= 0 && left > 0; i--)
        {
            if (chunks[i].Reason != HoldReason.Staking)
            {
                continue;
            }

            var part = UInt128.Min(chunks[i].Amount, left);
            left -= part;
            if (part == chunks[i].Amount)
            {
                chunks.RemoveAt(i);
            }
            else
            {
                chunks[i] = chunks[i] with { Amount = chunks[i].Amount - part };
            }
        }

        if (left < amount)
        {
            SetUnbonding(context, who, chunks);
        }

        return amount - left;
    }
}
