using Nsn.Protocol.Ledger.Codecs;
using Nsn.Protocol.Ledger.Runtime;
using Nsn.Protocol.Ledger.State;

namespace Nsn.Protocol.Ledger.Pallets.Timestamp;

/// <summary>The time that blocks say it is. No rule of the ledger depends on it: they count blocks.</summary>
public static class TimestampPallet
{
    /// <summary>As clients see it.</summary>
    public const string Name = "Timestamp";

    /// <summary>Milliseconds since 1970-01-01 UTC of the last block.</summary>
    public static StorageValue<ulong> Now { get; } = new(Name, "Now", Codec.U64, 0UL);

    /// <summary>The pallet.</summary>
    public static Pallet Pallet { get; } = new(2, Name)
    {
        Calls =
        [
            CallDefinition.Inherent<TimestampCalls.Set>(0, "set", Weights.Of(1, 1),
                Codec.Record<TimestampCalls.Set>("set").With("now", Codec.CompactU64, static c => c.Now).Build(static now => new(now)),
                static (context, call) =>
                {
                    if (call.Now <= Now.Get(context.State))
                    {
                        return TimestampErrors.NotAfterParent;
                    }

                    Now.Set(context.State, call.Now);
                    return DispatchResult.Ok;
                }),
        ],
        Errors = TimestampErrors.All,
        Storage = [Now],
        Constants = static p => [PalletConstant.Of("MinimumPeriod", Codec.U64, p.BlockMilliseconds / 2)],
    };
}
