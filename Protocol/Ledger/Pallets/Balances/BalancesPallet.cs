using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Codecs;
using Nsn.Protocol.Ledger.Extrinsics;
using Nsn.Protocol.Ledger.Pallets.FrameSystem;
using Nsn.Protocol.Ledger.Runtime;

namespace Nsn.Protocol.Ledger.Pallets.Balances;

/// <summary>Who has what.</summary>
public static class BalancesPallet
{
    /// <summary>As clients see it.</summary>
    public const string Name = "Balances";

    private static readonly Codec<HoldReason> s_reason = Codec.Enumeration<HoldReason>();

    /// <summary>The pallet.</summary>
    public static Pallet Pallet { get; } = new(10, Name)
    {
        Calls =
        [
            CallDefinition.Signed<BalancesCalls.TransferAllowDeath>(0, "transfer_allow_death", Weights.Of(2, 2),
                Codec.Record<BalancesCalls.TransferAllowDeath>("transfer_allow_death")
                    .With("dest", MultiAddress.Codec, static c => c.Destination).With("value", Codec.CompactU128, static c => c.Value)
                    .Build(static (destination, value) => new(destination, value)),
                static (context, who, call) => Tokens.Transfer(context, who, call.Destination, call.Value, keepAlive: false)),
            CallDefinition.Signed<BalancesCalls.TransferKeepAlive>(3, "transfer_keep_alive", Weights.Of(2, 2),
                Codec.Record<BalancesCalls.TransferKeepAlive>("transfer_keep_alive")
                    .With("dest", MultiAddress.Codec, static c => c.Destination).With("value", Codec.CompactU128, static c => c.Value)
                    .Build(static (destination, value) => new(destination, value)),
                static (context, who, call) => Tokens.Transfer(context, who, call.Destination, call.Value, keepAlive: true)),
            CallDefinition.Signed<BalancesCalls.TransferAll>(4, "transfer_all", Weights.Of(3, 2),
                Codec.Record<BalancesCalls.TransferAll>("transfer_all")
                    .With("dest", MultiAddress.Codec, static c => c.Destination).With("keep_alive", Codec.Bool, static c => c.KeepAlive)
                    .Build(static (destination, keepAlive) => new(destination, keepAlive)),
                TransferAll),
            CallDefinition.Signed<BalancesCalls.Burn>(10, "burn", Weights.Of(2, 2),
                Codec.Record<BalancesCalls.Burn>("burn")
                    .With("value", Codec.CompactU128, static c => c.Value).With("keep_alive", Codec.Bool, static c => c.KeepAlive)
                    .Build(static (value, keepAlive) => new(value, keepAlive)),
                static (context, who, call) => Tokens.Burn(context, who, call.Value, call.KeepAlive)),
        ],
        Events =
        [
            EventDefinition.Of(0, Amount<BalancesEvents.Endowed>("account", "free_balance", static e => e.Account, static e => e.FreeBalance, static (a, b) => new(a, b))),
            EventDefinition.Of(1, Amount<BalancesEvents.DustLost>("account", "amount", static e => e.Account, static e => e.Amount, static (a, b) => new(a, b))),
            EventDefinition.Of(2, Codec.Record<BalancesEvents.Transfer>("Transfer")
                .With("from", Codec.Account, static e => e.From).With("to", Codec.Account, static e => e.To).With("amount", Codec.U128, static e => e.Amount)
                .Build(static (from, to, amount) => new(from, to, amount))),
            EventDefinition.Of(10, Amount<BalancesEvents.Minted>("who", "amount", static e => e.Who, static e => e.Amount, static (a, b) => new(a, b))),
            EventDefinition.Of(11, Amount<BalancesEvents.Burned>("who", "amount", static e => e.Who, static e => e.Amount, static (a, b) => new(a, b))),
            EventDefinition.Of(20, Held<BalancesEvents.Held>(static e => (e.Reason, e.Who, e.Amount), static (r, w, a) => new(r, w, a))),
            EventDefinition.Of(21, Held<BalancesEvents.Released>(static e => (e.Reason, e.Who, e.Amount), static (r, w, a) => new(r, w, a))),
            EventDefinition.Of(22, Held<BalancesEvents.BurnedHeld>(static e => (e.Reason, e.Who, e.Amount), static (r, w, a) => new(r, w, a))),
            EventDefinition.Of(23, Codec.Record<BalancesEvents.TransferredHeld>("TransferredHeld")
                .With("reason", s_reason, static e => e.Reason).With("from", Codec.Account, static e => e.From).With("to", Codec.Account, static e => e.To)
                .With("amount", Codec.U128, static e => e.Amount).Build(static (reason, from, to, amount) => new(reason, from, to, amount))),
        ],
        Errors = BalancesErrors.All,
        Storage = [BalancesStorage.TotalIssuance, BalancesStorage.Holds, BalancesStorage.Freezes],
        Constants = static p => [PalletConstant.Of("ExistentialDeposit", Codec.U128, p.ExistentialDeposit)],
    };

    private static DispatchResult TransferAll(BlockContext context, AccountId who, BalancesCalls.TransferAll call)
    {
        var balance = SystemStorage.Account.Get(context.State, who).Data;
        var kept = call.KeepAlive || balance.Reserved > 0 ? context.Parameters.ExistentialDeposit : 0;
        var least = kept > balance.Frozen ? kept : balance.Frozen;
        return balance.Free <= least ? DispatchError.FundsUnavailable : Tokens.Transfer(context, who, call.Destination, balance.Free - least, call.KeepAlive);
    }

    private static Codec<T> Amount<T>(string account, string amount, Func<T, AccountId> who, Func<T, UInt128> much, Func<AccountId, UInt128, T> make) =>
        Codec.Record<T>(typeof(T).Name).With(account, Codec.Account, who).With(amount, Codec.U128, much).Build(make);

    private static Codec<T> Held<T>(Func<T, (HoldReason Reason, AccountId Who, UInt128 Amount)> parts, Func<HoldReason, AccountId, UInt128, T> make) =>
        Codec.Record<T>(typeof(T).Name)
            .With("reason", s_reason, e => parts(e).Reason).With("who", Codec.Account, e => parts(e).Who).With("amount", Codec.U128, e => parts(e).Amount)
            .Build(make);
}
