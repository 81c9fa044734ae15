using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Pallets.Balances;
using Nsn.Protocol.Ledger.Runtime;

namespace Nsn.Protocol.Ledger.Pallets.Stake;

/// <summary>Stake of others. It adds weight in elections and shares in rewards; it shrinks when the stake that it leans on shrinks.</summary>
public static partial class Staking
{
    /// <summary>Delegates balance.</summary>
    public static DispatchResult Delegate(BlockContext context, AccountId who, StakeCalls.Delegate call)
    {
        if (call.Amount == 0)
        {
            return StakeErrors.ZeroAmount;
        }

        if (who == call.Validator)
        {
            return StakeErrors.SelfDelegation;
        }

        var record = Of(context.State, call.Validator);
        if (record.Amount == 0)
        {
            return StakeErrors.ValidatorNotFound;
        }

        // Compared before adding, so that no sum can overflow.
        if (call.Amount > (context.Parameters.DelegationMultiple * record.Amount) - record.DelegatedToMe)
        {
            return StakeErrors.DelegationCapExceeded;
        }

        var isNew = !StakeStorage.Delegations.TryGet(context.State, call.Validator, who, out var existing);
        var made = StakeStorage.DelegationCounts.Get(context.State, who);
        if (isNew && made >= context.Parameters.DelegationsPerDelegator)
        {
            return StakeErrors.TooManyDelegations;
        }

        if (isNew && record.Delegators >= context.Parameters.DelegatorsPerValidator)
        {
            return StakeErrors.TooManyDelegators;
        }

        if (Tokens.Hold(context, HoldReason.Delegating, who, call.Amount) is { IsError: true } refusal)
        {
            return refusal;
        }

        SetDelegation(context, call.Validator, who, existing, existing + call.Amount);
        context.Deposit(new StakeEvents.Delegated(who, call.Validator, call.Amount));
        return DispatchResult.Ok;
    }

    /// <summary>Starts taking a delegation back.</summary>
    public static DispatchResult Revoke(BlockContext context, AccountId who, StakeCalls.RevokeDelegation call)
    {
        if (!StakeStorage.Delegations.TryGet(context.State, call.Validator, who, out var existing) || (call.Amount ?? 0) > existing)
        {
            return StakeErrors.DelegationNotFound;
        }

        var amount = call.Amount ?? existing;
        if (amount == 0)
        {
            return StakeErrors.ZeroAmount;
        }

        if (AddUnbonding(context, who, HoldReason.Delegating, amount) is { IsError: true } refusal)
        {
            return refusal;
        }

        SetDelegation(context, call.Validator, who, existing, existing - amount);
        context.Deposit(new StakeEvents.DelegationRevoked(who, call.Validator, amount));
        return DispatchResult.Ok;
    }

    /// <summary>Gives back, to all delegators in proportion, what is more than the account's stake can carry.</summary>
    private static void ReduceDelegations(BlockContext context, AccountId validator)
    {
        var record = Of(context.State, validator);
        var most = context.Parameters.DelegationMultiple * record.Amount;
        if (record.DelegatedToMe <= most)
        {
            return;
        }

        foreach (var (delegator, amount) in StakeStorage.Delegations.Entries(context.State, validator).ToArray())
        {
            // Rounded down, so that the sum stays below the cap.
            var kept = Units.Share(amount, most, record.DelegatedToMe);
            var freed = amount - kept;
            SetDelegation(context, validator, delegator, amount, kept);
            if (Tokens.Release(context, HoldReason.Delegating, delegator, freed) is { IsError: true } refusal)
            {
                throw new InvalidOperationException($"A delegation is not held: {refusal}.");
            }

            context.Deposit(new StakeEvents.DelegationReduced(delegator, validator, freed));
        }
    }

    private static void SetDelegation(BlockContext context, in AccountId validator, in AccountId delegator, UInt128 before, UInt128 after)
    {
        var record = Of(context.State, validator);
        var delegators = record.Delegators;
        var made = StakeStorage.DelegationCounts.Get(context.State, delegator);
        if (before == 0 && after > 0)
        {
            delegators++;
            StakeStorage.DelegationCounts.Set(context.State, delegator, made + 1);
        }
        else if (before > 0 && after == 0)
        {
            delegators--;
            if (made == 1)
            {
                StakeStorage.DelegationCounts.Remove(context.State, delegator);
            }
            else
            {
                StakeStorage.DelegationCounts.Set(context.State, delegator, made - 1);
            }
        }

        if (after == 0)
        {
            StakeStorage.Delegations.Remove(context.State, validator, delegator);
        }
        else
        {
            StakeStorage.Delegations.Set(context.State, validator, delegator, after);
        }

        Write(context, validator, record, record with { DelegatedToMe = record.DelegatedToMe - before + after, Delegators = delegators });
    }
}
