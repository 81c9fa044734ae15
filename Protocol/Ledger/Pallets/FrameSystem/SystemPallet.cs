using Nsn.Protocol.Ledger.Codecs;
using Nsn.Protocol.Ledger.Runtime;
using Nsn.Protocol.Ledger.State;

namespace Nsn.Protocol.Ledger.Pallets.FrameSystem;

/// <summary>Accounts, nonces, block hashes, events.</summary>
public static class SystemPallet
{
    /// <summary>As clients see it.</summary>
    public const string Name = "System";

    private static readonly ScaleType s_weight = new ScaleType.Composite("Weight",
        [new("ref_time", Codec.CompactU64.Type), new("proof_size", Codec.CompactU64.Type)]);

    private static readonly ScaleType s_dispatchInfo = new ScaleType.Composite("DispatchInfo",
    [
        new("weight", s_weight),
        new("class", new ScaleType.Variant("DispatchClass", [new("Normal", 0, []), new("Operational", 1, []), new("Mandatory", 2, [])])),
        new("pays_fee", new ScaleType.Variant("Pays", [new("Yes", 0, []), new("No", 1, [])])),
    ]);

    /// <summary>A value of its own: the block's events, which only clients read.</summary>
    public static StorageKey EventsKey { get; } = new StorageValue<byte>(Name, "Events", Codec.U8).Prefix;

    /// <summary>The pallet.</summary>
    public static Pallet Pallet { get; } = new(0, Name)
    {
        Calls =
        [
            CallDefinition.Signed<SystemCalls.Remark>(0, "remark", Weights.Of(0, 0),
                Codec.Record<SystemCalls.Remark>("remark").With("remark", Codec.Bytes(1 << 20), static c => c.Content).Build(static content => new(content)),
                static (_, _, _) => DispatchResult.Ok),
        ],
        Events =
        [
            EventDefinition.Of(0, DispatchInfo<SystemEvents.ExtrinsicSuccess>("ExtrinsicSuccess", [new("dispatch_info", s_dispatchInfo)],
                static (w, e) => WriteDispatchInfo(w, e.Weight, e.PaysFee))),
            EventDefinition.Of(1, DispatchInfo<SystemEvents.ExtrinsicFailed>("ExtrinsicFailed",
                [new("dispatch_error", DispatchError.Codec.Type), new("dispatch_info", s_dispatchInfo)],
                static (w, e) =>
                {
                    DispatchError.Codec.Encode(w, e.Error);
                    WriteDispatchInfo(w, e.Weight, true);
                })),
            EventDefinition.Of(3, Codec.Record<SystemEvents.NewAccount>("NewAccount")
                .With("account", Codec.Account, static e => e.Account).Build(static account => new(account))),
            EventDefinition.Of(4, Codec.Record<SystemEvents.KilledAccount>("KilledAccount")
                .With("account", Codec.Account, static e => e.Account).Build(static account => new(account))),
        ],
        Storage = [SystemStorage.Account, SystemStorage.BlockHash, SystemStorage.Number, SystemStorage.ParentHash, SystemStorage.EventCount, SystemStorage.ChainName],
        Constants = static p =>
        [
            PalletConstant.Of("BlockHashCount", Codec.U32, p.BlockHashCount),
            PalletConstant.Of("SS58Prefix", Codec.U16, p.Ss58Prefix),
        ],
        OnInitialize = Initialize,
    };

    private static void Initialize(BlockContext context)
    {
        SystemStorage.Number.Set(context.State, context.Number);
        SystemStorage.ParentHash.Set(context.State, context.ParentHash);
        SystemStorage.BlockHash.Set(context.State, context.Number - 1, context.ParentHash);
        if (context.Number > context.Parameters.BlockHashCount + 1)
        {
            // Block 0 stays: it names the chain.
            SystemStorage.BlockHash.Remove(context.State, context.Number - 1 - context.Parameters.BlockHashCount);
        }
    }

    private static Codec<T> DispatchInfo<T>(string name, IReadOnlyList<ScaleField> fields, Scale.ScaleEncode<T> encode) => new(
        new ScaleType.Composite(name, fields), 4, encode, static (ref Scale.ScaleReader reader, [System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out T value) =>
        {
            value = default;
            return reader.Fail(Scale.ScaleError.UnknownVariant); // Written for clients, never read back.
        });

    private static void WriteDispatchInfo(Scale.ScaleWriter writer, ulong weight, bool paysFee)
    {
        writer.WriteCompact(weight);
        writer.WriteCompact(0);
        writer.WriteU8(0);
        writer.WriteU8(paysFee ? (byte)0 : (byte)1);
    }
}
