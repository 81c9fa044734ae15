using System.Diagnostics.CodeAnalysis;
using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Codecs;
using Nsn.Protocol.Ledger.Extrinsics;
using Nsn.Protocol.Ledger.Runtime;
using Nsn.Protocol.Ledger.State;
using Nsn.Protocol.Scale;

namespace Nsn.Protocol.Ledger.Pallets.Sudo;

/// <summary>
/// A key for parameters of the network. It makes calls that are declared for it, and no others: it cannot pay, slash, decide disputes or act for an account.
/// </summary>
public static class SudoPallet
{
    /// <summary>As clients see it.</summary>
    public const string Name = "Sudo";

    private const byte Index = 15;
    private static readonly ErrorSet s_errors = new(Index, Name);

    /// <summary>The key, unless it was removed.</summary>
    public static StorageValue<AccountId> Key { get; } = new(Name, "Key", Codec.Account);

    /// <summary>The signer is not the sudo key.</summary>
    public static DispatchError RequireSudo { get; } = s_errors.Next();

    /// <summary>The call is not one for the sudo key.</summary>
    public static DispatchError NotAParameter { get; } = s_errors.Next();

    /// <summary>The pallet.</summary>
    public static Pallet Pallet { get; } = new(Index, Name)
    {
        Calls =
        [
            CallDefinition.Signed<SudoCalls.Sudo>(0, "sudo", Weights.Of(2, 2), InnerCodec(), Sudo),
            CallDefinition.Signed<SudoCalls.SetKey>(2, "set_key", Weights.Of(1, 1),
                Codec.Record<SudoCalls.SetKey>("set_key").With("new", MultiAddress.Codec, static c => c.NewKey).Build(static key => new(key)), SetKey),
            CallDefinition.Signed<SudoCalls.RemoveKey>(4, "remove_key", Weights.Of(1, 1), Codec.Unit("remove_key", new SudoCalls.RemoveKey()), RemoveKey),
        ],
        Events =
        [
            EventDefinition.Of(0, Codec.Record<SudoEvents.Sudid>("Sudid").With("key", Codec.Account, static e => e.Key).Build(static key => new(key))),
            EventDefinition.Of(1, Codec.Record<SudoEvents.KeyChanged>("KeyChanged")
                .With("old", Codec.Account, static e => e.OldKey).With("new", Codec.Account, static e => e.NewKey).Build(static (old, key) => new(old, key))),
            EventDefinition.Of(2, Codec.Record<SudoEvents.KeyRemoved>("KeyRemoved").With("old", Codec.Account, static e => e.OldKey).Build(static key => new(key))),
        ],
        Errors = s_errors.All,
        Storage = [Key],
    };

    private static bool IsKey(BlockContext context, in AccountId who) => Key.TryGet(context.State, out var key) && key == who;

    private static DispatchResult Sudo(BlockContext context, AccountId who, SudoCalls.Sudo call)
    {
        if (!IsKey(context, who))
        {
            return RequireSudo;
        }

        var (_, definition) = context.Table.DefinitionOf(call.Inner);
        if (definition.Origin != OriginKind.Root)
        {
            return NotAParameter;
        }

        if (definition.Dispatch(context, Origin.Root, call.Inner) is { IsError: true } refusal)
        {
            return refusal;
        }

        context.Deposit(new SudoEvents.Sudid(who));
        return DispatchResult.Ok;
    }

    private static DispatchResult SetKey(BlockContext context, AccountId who, SudoCalls.SetKey call)
    {
        if (!IsKey(context, who))
        {
            return RequireSudo;
        }

        Key.Set(context.State, call.NewKey);
        context.Deposit(new SudoEvents.KeyChanged(who, call.NewKey));
        return DispatchResult.Ok;
    }

    private static DispatchResult RemoveKey(BlockContext context, AccountId who, SudoCalls.RemoveKey call)
    {
        if (!IsKey(context, who))
        {
            return RequireSudo;
        }

        Key.Remove(context.State);
        context.Deposit(new SudoEvents.KeyRemoved(who));
        return DispatchResult.Ok;
    }

    private static Codec<SudoCalls.Sudo> InnerCodec() => new(
        new ScaleType.Composite("sudo", [new("call", new ScaleType.Reference("RuntimeCall"))]),
        2,
        static (w, v) => LedgerRuntime.Calls.CallCodec.Encode(w, v.Inner),
        static (ref ScaleReader reader, [MaybeNullWhen(false)] out SudoCalls.Sudo value) =>
        {
            value = null;

            // A sudo within a sudo could nest as deep as there are bytes.
            if (reader.Remaining > 0 && reader.Rest[0] == Index)
            {
                return reader.Fail(ScaleError.UnknownVariant);
            }

            var read = LedgerRuntime.Calls.CallCodec.TryDecode(ref reader, out var inner);
            value = read ? new(inner!) : null;
            return read;
        });
}
