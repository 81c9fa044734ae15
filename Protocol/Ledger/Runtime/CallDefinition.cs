using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Codecs;
using Nsn.Protocol.Scale;

namespace Nsn.Protocol.Ledger.Runtime;

/// <summary>A call of a pallet: its place on the wire, its arguments, its price and its code.</summary>
public abstract class CallDefinition
{
    private protected CallDefinition(byte index, string name, ulong weight, OriginKind origin, Type type)
    {
        Index = index;
        Name = name;
        Weight = weight;
        Origin = origin;
        Type = type;
    }

    /// <summary>The index byte within the pallet.</summary>
    public byte Index { get; }

    /// <summary>In snake case, as clients see it.</summary>
    public string Name { get; }

    /// <summary>A bound on the work, in picoseconds of one core.</summary>
    public ulong Weight { get; }

    /// <summary>Who may make it.</summary>
    public OriginKind Origin { get; }

    /// <summary>The <see cref="Call"/> that carries its arguments.</summary>
    public Type Type { get; }

    /// <summary>The shape of its arguments.</summary>
    public abstract ScaleType Arguments { get; }

    /// <summary>A call that an account signs.</summary>
    public static CallDefinition Signed<TCall>(byte index, string name, ulong weight, Codec<TCall> codec, Func<BlockContext, AccountId, TCall, DispatchResult> dispatch)
        where TCall : Call => new Typed<TCall>(index, name, weight, OriginKind.Signed, codec, (context, origin, call) => dispatch(context, origin.Account, call));

    /// <summary>A call that only the sudo key makes.</summary>
    public static CallDefinition Root<TCall>(byte index, string name, ulong weight, Codec<TCall> codec, Func<BlockContext, TCall, DispatchResult> dispatch)
        where TCall : Call => new Typed<TCall>(index, name, weight, OriginKind.Root, codec, (context, _, call) => dispatch(context, call));

    /// <summary>A call that the block itself makes.</summary>
    public static CallDefinition Inherent<TCall>(byte index, string name, ulong weight, Codec<TCall> codec, Func<BlockContext, TCall, DispatchResult> dispatch)
        where TCall : Call => new Typed<TCall>(index, name, weight, OriginKind.Inherent, codec, (context, _, call) => dispatch(context, call));

    internal abstract void EncodeArguments(ScaleWriter writer, Call call);

    internal abstract bool TryDecodeArguments(ref ScaleReader reader, out Call? call);

    internal abstract DispatchResult Dispatch(BlockContext context, Origin origin, Call call);

    private sealed class Typed<TCall>(
        byte index, string name, ulong weight, OriginKind origin, Codec<TCall> codec, Func<BlockContext, Origin, TCall, DispatchResult> dispatch)
        : CallDefinition(index, name, weight, origin, typeof(TCall))
        where TCall : Call
    {
        public override ScaleType Arguments => codec.Type;

        internal override void EncodeArguments(ScaleWriter writer, Call call) => codec.Encode(writer, (TCall)call);

        internal override bool TryDecodeArguments(ref ScaleReader reader, out Call? call)
        {
            var read = codec.TryDecode(ref reader, out var typed);
            call = typed;
            return read;
        }

        internal override DispatchResult Dispatch(BlockContext context, Origin caller, Call call) =>
            caller.Kind == Origin ? dispatch(context, caller, (TCall)call) : DispatchError.BadOrigin;
    }
}
