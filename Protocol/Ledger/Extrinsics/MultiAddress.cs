using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Codecs;
using Nsn.Protocol.Scale;

namespace Nsn.Protocol.Ledger.Extrinsics;

/// <summary>Substrate's MultiAddress, of which this ledger takes the two forms with 32 bytes: Id (0) and Address32 (3). Writes Id.</summary>
public static class MultiAddress
{
    /// <summary>An index byte and 32 bytes.</summary>
    public static Codec<AccountId> Codec { get; } = new(
        new ScaleType.Variant("MultiAddress",
        [
            new("Id", 0, [new(null, Codecs.Codec.Account.Type)]),
            new("Index", 1, [new(null, new ScaleType.Compact(new ScaleType.Tuple([])))]),
            new("Raw", 2, [new(null, new ScaleType.Sequence(Codecs.Codec.U8.Type))]),
            new("Address32", 3, [new(null, new ScaleType.FixedArray(32, Codecs.Codec.U8.Type))]),
            new("Address20", 4, [new(null, new ScaleType.FixedArray(20, Codecs.Codec.U8.Type))]),
        ]),
        33,
        static (w, v) =>
        {
            w.WriteU8(0);
            w.WriteFixed(v.AsSpan());
        },
        static (ref ScaleReader r, out AccountId v) =>
        {
            v = default;
            if (!r.TryReadU8(out var form))
            {
                return false;
            }

            return form is 0 or 3 ? AccountId.TryRead(ref r, out v) : r.Fail(ScaleError.UnknownVariant);
        });
}
