using Nsn.Protocol.Ledger.Codecs;
using Nsn.Protocol.Scale;

namespace Nsn.Protocol.Ledger.Pallets.Stake;

/// <summary>What a node works on.</summary>
/// <param name="Kind">Which lane.</param>
/// <param name="Block">The epoch's start for <see cref="NodeModeKind.Draining"/>, its end for <see cref="NodeModeKind.Lane0Active"/>, else 0.</param>
public readonly record struct NodeMode(NodeModeKind Kind, uint Block)
{
    /// <summary>An index byte, and the block where it has one.</summary>
    public static Codec<NodeMode> Codec { get; } = new(
        new ScaleType.Variant("NodeMode",
        [
            new("Lane1Active", 0, []), new("Draining", 1, [new("epoch_start", Codecs.Codec.U32.Type)]),
            new("Lane0Active", 2, [new("epoch_end", Codecs.Codec.U32.Type)]), new("Offline", 3, []),
        ]),
        1,
        static (w, v) =>
        {
            w.WriteVariant((byte)v.Kind);
            if (v.Kind is NodeModeKind.Draining or NodeModeKind.Lane0Active)
            {
                w.WriteU32(v.Block);
            }
        },
        static (ref ScaleReader r, out NodeMode v) =>
        {
            v = default;
            if (!r.TryReadVariant(4, out var kind))
            {
                return false;
            }

            var block = 0u;
            if ((NodeModeKind)kind is NodeModeKind.Draining or NodeModeKind.Lane0Active && !r.TryReadU32(out block))
            {
                return false;
            }

            v = new((NodeModeKind)kind, block);
            return true;
        });
}
