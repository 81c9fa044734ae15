using Nsn.Protocol.Ledger.Codecs;
using Nsn.Protocol.Scale;

namespace Nsn.Protocol.Ledger.Pallets.FrameSystem;

/// <summary>An account: 80 bytes in Substrate's layout.</summary>
/// <param name="Nonce">Extrinsics that it signed.</param>
/// <param name="Exists">Whether it holds the existential deposit.</param>
/// <param name="Data">Its balance.</param>
public readonly record struct AccountInfo(uint Nonce, bool Exists, AccountData Data)
{
    // nonce, consumers, providers, sufficients, then free, reserved, frozen, flags. The new-logic flag is the top bit.
    private static readonly UInt128 s_flags = UInt128.One << 127;

    /// <summary>The bytes of an account.</summary>
    public static Codec<AccountInfo> Codec { get; } = new(
        new ScaleType.Composite("AccountInfo",
        [
            new("nonce", Codecs.Codec.U32.Type), new("consumers", Codecs.Codec.U32.Type), new("providers", Codecs.Codec.U32.Type),
            new("sufficients", Codecs.Codec.U32.Type),
            new("data", new ScaleType.Composite("AccountData",
            [
                new("free", Codecs.Codec.U128.Type), new("reserved", Codecs.Codec.U128.Type), new("frozen", Codecs.Codec.U128.Type),
                new("flags", new ScaleType.Composite("ExtraFlags", [new(null, Codecs.Codec.U128.Type)])),
            ])),
        ]),
        80,
        static (w, v) =>
        {
            w.WriteU32(v.Nonce);
            w.WriteU32(v.Data.Reserved > 0 || v.Data.Frozen > 0 ? 1u : 0u);
            w.WriteU32(v.Exists ? 1u : 0u);
            w.WriteU32(0);
            w.WriteU128(v.Data.Free);
            w.WriteU128(v.Data.Reserved);
            w.WriteU128(v.Data.Frozen);
            w.WriteU128(s_flags);
        },
        static (ref ScaleReader r, out AccountInfo v) =>
        {
            v = default;
            if (!r.TryReadU32(out var nonce) || !r.TryReadU32(out _) || !r.TryReadU32(out var providers) || !r.TryReadU32(out _)
                || !r.TryReadU128(out var free) || !r.TryReadU128(out var reserved) || !r.TryReadU128(out var frozen) || !r.TryReadU128(out _))
            {
                return false;
            }

            v = new(nonce, providers > 0, new(free, reserved, frozen));
            return true;
        });
}
