using Nsn.Protocol.Ledger.Codecs;
using Nsn.Protocol.Ledger.Extrinsics;
using Nsn.Protocol.Ledger.Pallets.FrameSystem;
using Nsn.Protocol.Ledger.Runtime;
using Nsn.Protocol.Ledger.State;
using Nsn.Protocol.Scale;

namespace Nsn.Protocol.Ledger.Metadata;

/// <summary>
/// What a client needs to talk to this ledger without knowing it: calls, events, errors, storage, constants, and what a signature covers, as Substrate's
/// runtime metadata of version 14. Made from the same declarations that encode and decode, so it cannot say something else than the ledger does.
/// </summary>
/// <remarks>
/// Bytes: "meta" ‖ 14 ‖ portable types ‖ pallets ‖ extrinsic (type, version 4, signed extensions) ‖ runtime type. Documentation texts are left empty.
/// </remarks>
public static class RuntimeMetadata
{
    /// <summary>The version of the format.</summary>
    public const byte Version = 14;

    private const byte ExtrinsicVersion = 4;
    private static readonly ScaleType s_unit = new ScaleType.Tuple([]);

    private static readonly ScaleType s_signature = new ScaleType.Variant("MultiSignature", [new("Ed25519", 0, [new(null, new ScaleType.FixedArray(64, Codec.U8.Type))])]);

    /// <summary>
    /// What stands in an extrinsic beside its call, and what its signature covers beside that, in order. This is
    /// <see cref="Extrinsic"/>'s layout in the words of Substrate.
    /// </summary>
    public static IReadOnlyList<SignedExtension> SignedExtensions { get; } =
    [
        new("CheckSpecVersion", s_unit, Codec.U32.Type),
        new("CheckTxVersion", s_unit, Codec.U32.Type),
        new("CheckGenesis", s_unit, Codec.Hash.Type),
        new("CheckMortality", Era.Codec.Type, Codec.Hash.Type),
        new("CheckNonce", Codec.CompactU32.Type, s_unit),
        new("CheckWeight", s_unit, s_unit),
        new("ChargeTransactionPayment", Codec.CompactU128.Type, s_unit),
    ];

    /// <summary>The metadata of the ledger under the given constants.</summary>
    public static byte[] Encode(LedgerParameters parameters)
    {
        var table = LedgerRuntime.Calls;
        var types = new PortableTypes();
        var body = new ScaleWriter(64 * 1024);
        var call = types.IdOf(table.CallCodec.Type);
        var events = types.IdOf(new ScaleType.Sequence(table.EventRecordCodec.Type));
        body.WriteVector(table.Pallets, (w, pallet) => WritePallet(w, types, pallet, parameters, events));
        body.WriteCompact(ExtrinsicType(types, call));
        body.WriteU8(ExtrinsicVersion);
        body.WriteVector(SignedExtensions, (w, extension) =>
        {
            w.WriteString(extension.Name);
            w.WriteCompact(types.IdOf(extension.InExtrinsic));
            w.WriteCompact(types.IdOf(extension.OnlySigned));
        });
        body.WriteCompact(types.IdOf(new ScaleType.Composite("Runtime", [])));

        var whole = new ScaleWriter(256 * 1024);
        whole.WriteFixed("meta"u8);
        whole.WriteU8(Version);
        types.Write(whole);
        whole.WriteFixed(body.WrittenSpan);
        return whole.ToArray();
    }

    private static uint ExtrinsicType(PortableTypes types, uint call)
    {
        var extra = types.IdOf(new ScaleType.Tuple([.. SignedExtensions.Select(static extension => extension.InExtrinsic)]));
        return types.Define(
            "UncheckedExtrinsic",
            [new("Address", types.IdOf(MultiAddress.Codec.Type)), new("Call", call), new("Signature", types.IdOf(s_signature)), new("Extra", extra)],
            [new(null, new ScaleType.Sequence(Codec.U8.Type))]);
    }

    private static void WritePallet(ScaleWriter writer, PortableTypes types, Pallet pallet, LedgerParameters parameters, uint events)
    {
        writer.WriteString(pallet.Name);
        WriteStorage(writer, types, pallet, events);
        WriteOptional(writer, pallet.Calls.Count > 0, () => types.IdOf(CallTable.CallTypeOf(pallet)));
        WriteOptional(writer, pallet.Events.Count > 0, () => types.IdOf(CallTable.EventTypeOf(pallet)));
        writer.WriteVector(pallet.Constants(parameters), (w, constant) =>
        {
            w.WriteString(constant.Name);
            w.WriteCompact(types.IdOf(constant.Type));
            w.WriteBytes(constant.Value);
            w.WriteCompact(0);
        });
        WriteOptional(writer, pallet.Errors.Count > 0, () => types.IdOf(ErrorTypeOf(pallet)));
        writer.WriteU8(pallet.Index);
    }

    private static void WriteStorage(ScaleWriter writer, PortableTypes types, Pallet pallet, uint events)
    {
        var isSystem = pallet.Name == SystemPallet.Name;
        if (pallet.Storage.Count == 0 && !isSystem)
        {
            writer.WriteNone();
            return;
        }

        writer.WriteSome();
        writer.WriteString(pallet.Name);
        writer.WriteCompact((uint)(pallet.Storage.Count + (isSystem ? 1 : 0)));
        foreach (var item in pallet.Storage)
        {
            WriteItem(writer, types, item);
        }

        if (isSystem)
        {
            // The block's events: their shape is all pallets' together, so no single pallet can declare it.
            WriteItemHead(writer, "Events", hasDefault: true);
            writer.WriteU8(0);
            writer.WriteCompact(events);
            writer.WriteBytes([0]);
            writer.WriteCompact(0);
        }
    }

    private static void WriteItem(ScaleWriter writer, PortableTypes types, StorageItem item)
    {
        var keys = item.Keys;
        WriteItemHead(writer, item.Name, item.DefaultValue is not null);
        if (keys.Count == 0)
        {
            writer.WriteU8(0);
        }
        else
        {
            writer.WriteU8(1);
            writer.WriteVector(keys, static (w, key) => w.WriteU8((byte)key.Hasher));
            writer.WriteCompact(types.IdOf(keys.Count == 1 ? keys[0].Type : new ScaleType.Tuple([.. keys.Select(static key => key.Type)])));
        }

        writer.WriteCompact(types.IdOf(item.ValueType));
        writer.WriteBytes(item.DefaultValue ?? [0]);
        writer.WriteCompact(0);
    }

    private static void WriteItemHead(ScaleWriter writer, string name, bool hasDefault)
    {
        writer.WriteString(name);
        writer.WriteBool(hasDefault);
    }

    private static void WriteOptional(ScaleWriter writer, bool present, Func<uint> id)
    {
        writer.WriteBool(present);
        if (present)
        {
            writer.WriteCompact(id());
        }
    }

    private static ScaleType.Variant ErrorTypeOf(Pallet pallet) => new(pallet.Name + "Error",
        [.. pallet.Errors.Select(error => new ScaleVariant(error.Name[(error.Name.IndexOf('.', StringComparison.Ordinal) + 1)..], error.Code, []))]);
}
