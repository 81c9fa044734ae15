using Nsn.Protocol.Ledger.Codecs;
using Nsn.Protocol.Scale;

namespace Nsn.Protocol.Ledger.Runtime;

/// <summary>An event of a pallet: its place on the wire and its fields.</summary>
public abstract class EventDefinition
{
    private protected EventDefinition(byte index, Type type)
    {
        Index = index;
        Type = type;
    }

    /// <summary>The index byte within the pallet.</summary>
    public byte Index { get; }

    /// <summary>The name, as clients see it.</summary>
    public string Name => Type.Name;

    /// <summary>The <see cref="LedgerEvent"/> that carries its fields.</summary>
    public Type Type { get; }

    /// <summary>The shape of its fields.</summary>
    public abstract ScaleType Fields { get; }

    /// <summary>Describes an event.</summary>
    public static EventDefinition Of<TEvent>(byte index, Codec<TEvent> codec)
        where TEvent : LedgerEvent => new Typed<TEvent>(index, codec);

    internal abstract void EncodeFields(ScaleWriter writer, LedgerEvent value);

    private sealed class Typed<TEvent>(byte index, Codec<TEvent> codec) : EventDefinition(index, typeof(TEvent))
        where TEvent : LedgerEvent
    {
        public override ScaleType Fields => codec.Type;

        internal override void EncodeFields(ScaleWriter writer, LedgerEvent value) => codec.Encode(writer, (TEvent)value);
    }
}
