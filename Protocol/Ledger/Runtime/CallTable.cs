using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using Nsn.Protocol.Ledger.Codecs;
using Nsn.Protocol.Scale;

namespace Nsn.Protocol.Ledger.Runtime;

/// <summary>All calls and events of the ledger by their index bytes and by their C# types.</summary>
public sealed class CallTable
{
    private readonly FrozenDictionary<int, (Pallet Pallet, CallDefinition Call)> _callsByIndex;
    private readonly FrozenDictionary<Type, (Pallet Pallet, CallDefinition Call)> _callsByType;
    private readonly FrozenDictionary<Type, (Pallet Pallet, EventDefinition Event)> _eventsByType;

    /// <summary>Indexes the pallets, which are then kept in the order of their index bytes.</summary>
    public CallTable(IEnumerable<Pallet> pallets)
    {
        Pallets = [.. pallets.OrderBy(static pallet => pallet.Index)];
        var calls = Pallets.SelectMany(static pallet => pallet.Calls.Select(call => (Pallet: pallet, Call: call))).ToArray();
        _callsByIndex = calls.ToFrozenDictionary(static entry => (entry.Pallet.Index << 8) | entry.Call.Index);
        _callsByType = calls.ToFrozenDictionary(static entry => entry.Call.Type);
        _eventsByType = Pallets.SelectMany(static pallet => pallet.Events.Select(e => (Pallet: pallet, Event: e)))
            .ToFrozenDictionary(static entry => entry.Event.Type);
        CallCodec = new Codec<Call>(CallType(), 2, Encode, TryDecode);
        EventRecordCodec = new Codec<EventRecord>(EventRecordType(), 5, Encode, static (ref ScaleReader reader, out EventRecord value) =>
        {
            value = default;
            return reader.Fail(ScaleError.UnknownVariant); // Events are written for clients; the ledger never reads them back.
        });
    }

    /// <summary>The pallets in the order of their index bytes.</summary>
    public IReadOnlyList<Pallet> Pallets { get; }

    /// <summary>Pallet index, call index, arguments.</summary>
    public Codec<Call> CallCodec { get; }

    /// <summary>Phase, pallet index, event index, fields, and an empty list of topics.</summary>
    public Codec<EventRecord> EventRecordCodec { get; }

    /// <summary>What is known about a call.</summary>
    public (Pallet Pallet, CallDefinition Definition) DefinitionOf(Call call) => _callsByType[call.GetType()];

    /// <summary>For people and logs: <c>NsnStake.deposit_stake</c>.</summary>
    public string NameOf(Call call) => _callsByType.TryGetValue(call.GetType(), out var found) ? $"{found.Pallet.Name}.{found.Call.Name}" : call.GetType().Name;

    /// <summary>For people and logs: <c>NsnStake.StakeDeposited</c>.</summary>
    public string NameOf(LedgerEvent value) =>
        _eventsByType.TryGetValue(value.GetType(), out var found) ? $"{found.Pallet.Name}.{found.Event.Name}" : value.GetType().Name;

    private void Encode(ScaleWriter writer, Call call)
    {
        if (!_callsByType.TryGetValue(call.GetType(), out var found))
        {
            throw new ArgumentException($"{call.GetType().Name} belongs to no pallet of this ledger.", nameof(call));
        }

        writer.WriteU8(found.Pallet.Index);
        writer.WriteU8(found.Call.Index);
        found.Call.EncodeArguments(writer, call);
    }

    private bool TryDecode(ref ScaleReader reader, [MaybeNullWhen(false)] out Call call)
    {
        call = null;
        if (!reader.TryReadU8(out var pallet) || !reader.TryReadU8(out var index))
        {
            return false;
        }

        return _callsByIndex.TryGetValue((pallet << 8) | index, out var found)
            ? found.Call.TryDecodeArguments(ref reader, out call!)
            : reader.Fail(ScaleError.UnknownVariant);
    }

    private void Encode(ScaleWriter writer, EventRecord record)
    {
        writer.WriteU8((byte)record.Phase);
        if (record.Phase == BlockPhase.ApplyExtrinsic)
        {
            writer.WriteU32(record.Extrinsic);
        }

        if (!_eventsByType.TryGetValue(record.Event.GetType(), out var found))
        {
            throw new InvalidOperationException($"{record.Event.GetType().Name} belongs to no pallet of this ledger.");
        }

        writer.WriteU8(found.Pallet.Index);
        writer.WriteU8(found.Event.Index);
        found.Event.EncodeFields(writer, record.Event);
        writer.WriteCompact(0);
    }

    private ScaleType.Variant CallType() => new("RuntimeCall",
        [.. Pallets.Where(static p => p.Calls.Count > 0).Select(static p => new ScaleVariant(p.Name, p.Index, [new(null, CallTypeOf(p))]))]);

    internal static ScaleType.Variant CallTypeOf(Pallet pallet) => new(pallet.Name + "Call",
        [.. pallet.Calls.Select(static call => new ScaleVariant(call.Name, call.Index, FieldsOf(call.Arguments)))]);

    private ScaleType.Composite EventRecordType() => new("EventRecord",
    [
        new("phase", new ScaleType.Variant("Phase",
            [new("ApplyExtrinsic", 0, [new(null, Codec.U32.Type)]), new("Finalization", 1, []), new("Initialization", 2, [])])),
        new("event", new ScaleType.Variant("RuntimeEvent",
            [.. Pallets.Where(static p => p.Events.Count > 0).Select(static p => new ScaleVariant(p.Name, p.Index, [new(null, EventTypeOf(p))]))])),
        new("topics", new ScaleType.Sequence(Codec.Hash.Type)),
    ]);

    internal static ScaleType.Variant EventTypeOf(Pallet pallet) => new(pallet.Name + "Event",
        [.. pallet.Events.Select(static e => new ScaleVariant(e.Name, e.Index, FieldsOf(e.Fields)))]);

    private static IReadOnlyList<ScaleField> FieldsOf(ScaleType type) => type is ScaleType.Composite composite ? composite.Fields : [];
}
