using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Elections;
using Nsn.Protocol.Ledger.Codecs;
using Nsn.Protocol.Ledger.Runtime;

namespace Nsn.Protocol.Ledger.Pallets.Stake;

/// <summary>Who answers with how much.</summary>
public static class StakePallet
{
    /// <summary>As clients see it.</summary>
    public const string Name = "NsnStake";

    private static readonly Codec<Region> s_region = Codec.Enumeration<Region>();

    /// <summary>The pallet.</summary>
    public static Pallet Pallet { get; } = new(50, Name)
    {
        Calls =
        [
            CallDefinition.Signed<StakeCalls.DepositStake>(0, "deposit_stake", Weights.Of(12, 7),
                Codec.Record<StakeCalls.DepositStake>("deposit_stake")
                    .With("amount", Codec.U128, static c => c.Amount).With("lock_blocks", Codec.U32, static c => c.LockBlocks).With("region", s_region, static c => c.Region)
                    .Build(static (amount, blocks, region) => new(amount, blocks, region)),
                Staking.Deposit),
            CallDefinition.Signed<StakeCalls.Delegate>(1, "delegate", Weights.Of(6, 6),
                Codec.Record<StakeCalls.Delegate>("delegate").With("validator", Codec.Account, static c => c.Validator).With("amount", Codec.U128, static c => c.Amount)
                    .Build(static (validator, amount) => new(validator, amount)),
                Staking.Delegate),
            CallDefinition.Signed<StakeCalls.WithdrawStake>(2, "withdraw_stake", Weights.Of(210, 410),
                Codec.Record<StakeCalls.WithdrawStake>("withdraw_stake").With("amount", Codec.U128, static c => c.Amount).Build(static amount => new(amount)),
                Staking.Withdraw),
            CallDefinition.Signed<StakeCalls.RevokeDelegation>(3, "revoke_delegation", Weights.Of(5, 5),
                Codec.Record<StakeCalls.RevokeDelegation>("revoke_delegation")
                    .With("validator", Codec.Account, static c => c.Validator).With("amount", Codec.Option(Codec.U128), static c => c.Amount)
                    .Build(static (validator, amount) => new(validator, amount)),
                Staking.Revoke),
            CallDefinition.Signed<StakeCalls.WithdrawUnbonded>(4, "withdraw_unbonded", Weights.Of(36, 70),
                Codec.Unit("withdraw_unbonded", new StakeCalls.WithdrawUnbonded()), static (context, who, _) => Staking.WithdrawUnbonded(context, who)),
        ],
        Events =
        [
            EventDefinition.Of(0, Codec.Record<StakeEvents.StakeDeposited>("StakeDeposited")
                .With("who", Codec.Account, static e => e.Who).With("amount", Codec.U128, static e => e.Amount)
                .With("role", Codec.Enumeration<NodeRole>(), static e => e.Role).Build(static (who, amount, role) => new(who, amount, role))),
            EventDefinition.Of(1, Codec.Record<StakeEvents.StakeWithdrawn>("StakeWithdrawn")
                .With("who", Codec.Account, static e => e.Who).With("amount", Codec.U128, static e => e.Amount)
                .With("release_block", Codec.U32, static e => e.ReleaseBlock).Build(static (who, amount, block) => new(who, amount, block))),
            EventDefinition.Of(2, Codec.Record<StakeEvents.StakeSlashed>("StakeSlashed")
                .With("offender", Codec.Account, static e => e.Offender).With("amount", Codec.U128, static e => e.Amount)
                .With("reason", Codec.Enumeration<SlashReason>(), static e => e.Reason).Build(static (who, amount, reason) => new(who, amount, reason))),
            EventDefinition.Of(3, Delegation<StakeEvents.Delegated>(static e => (e.Delegator, e.Validator, e.Amount), static (d, v, a) => new(d, v, a))),
            EventDefinition.Of(4, Delegation<StakeEvents.DelegationRevoked>(static e => (e.Delegator, e.Validator, e.Amount), static (d, v, a) => new(d, v, a))),
            EventDefinition.Of(5, Delegation<StakeEvents.DelegationReduced>(static e => (e.Delegator, e.Validator, e.Amount), static (d, v, a) => new(d, v, a))),
            EventDefinition.Of(6, Codec.Record<StakeEvents.UnbondedWithdrawn>("UnbondedWithdrawn")
                .With("who", Codec.Account, static e => e.Who).With("amount", Codec.U128, static e => e.Amount).Build(static (who, amount) => new(who, amount))),
            EventDefinition.Of(7, Codec.Record<StakeEvents.NodeModeChanged>("NodeModeChanged")
                .With("account", Codec.Account, static e => e.Account).With("new_mode", NodeMode.Codec, static e => e.NewMode)
                .Build(static (account, mode) => new(account, mode))),
        ],
        Errors = StakeErrors.All,
        Storage =
        [
            StakeStorage.Stakes, StakeStorage.TotalStaked, StakeStorage.RegionStakes, StakeStorage.Delegations, StakeStorage.DelegationCounts,
            StakeStorage.Unbonding, StakeStorage.NodeModes, StakeStorage.ByRole,
        ],
        Constants = static p =>
        [
            PalletConstant.Of("DirectorStake", Codec.U128, p.DirectorStake),
            PalletConstant.Of("SuperNodeStake", Codec.U128, p.SuperNodeStake),
            PalletConstant.Of("ValidatorStake", Codec.U128, p.ValidatorStake),
            PalletConstant.Of("RelayStake", Codec.U128, p.RelayStake),
            PalletConstant.Of("StakeMax", Codec.U128, p.StakeMax),
            PalletConstant.Of("UnbondingBlocks", Codec.U32, p.UnbondingBlocks),
        ],
    };

    private static Codec<T> Delegation<T>(Func<T, (AccountId Delegator, AccountId Validator, UInt128 Amount)> parts, Func<AccountId, AccountId, UInt128, T> make) =>
        Codec.Record<T>(typeof(T).Name)
            .With("delegator", Codec.Account, e => parts(e).Delegator).With("validator", Codec.Account, e => parts(e).Validator)
            .With("amount", Codec.U128, e => parts(e).Amount).Build(make);
}
