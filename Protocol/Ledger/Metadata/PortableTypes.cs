using Nsn.Protocol.Ledger.Codecs;
using Nsn.Protocol.Scale;

namespace Nsn.Protocol.Ledger.Metadata;

/// <summary>
/// Numbers shapes for metadata: each shape once, children before or after their parents, a shape that contains itself by its number. This is Substrate's
/// portable registry (scale-info): <c>Vec&lt;(Compact id, path, parameters, definition, docs)&gt;</c>.
/// </summary>
internal sealed class PortableTypes
{
    private const byte CompositeTag = 0, VariantTag = 1, SequenceTag = 2, ArrayTag = 3, TupleTag = 4, PrimitiveTag = 5, CompactTag = 6;
    private static readonly string[] s_primitives = ["bool", "char", "str", "u8", "u16", "u32", "u64", "u128", "u256", "i8", "i16", "i32", "i64", "i128", "i256"];
    private readonly Dictionary<string, uint> _ids = new(StringComparer.Ordinal);
    private readonly List<byte[]?> _encoded = [];

    /// <summary>A type's parameters: scale-info's names for what an option or an extrinsic is made of.</summary>
    public readonly record struct Parameter(string Name, uint Type);

    /// <summary>The number of a shape, which is described now if it was not before.</summary>
    /// <exception cref="InvalidOperationException">Two different shapes have one name: a mistake in the pallets.</exception>
    public uint IdOf(ScaleType type) => type switch
    {
        ScaleType.Reference reference => _ids.TryGetValue(reference.Name, out var id) ? id : throw new InvalidOperationException($"{reference.Name} is not described yet."),
        ScaleType.Composite composite => Define(composite.Name, ParametersOf(composite), composite.Fields),
        ScaleType.Variant { Name: "Option" } option => Option(option),
        ScaleType.Variant variant => Named(
            variant.Name,
            writer =>
            {
                writer.WriteU8(VariantTag);
                writer.WriteVector(variant.Cases, WriteCase);
            },
            ParametersOf(variant)),
        ScaleType.Primitive primitive => Unnamed(primitive.Name, writer =>
        {
            writer.WriteU8(PrimitiveTag);
            writer.WriteU8((byte)Array.IndexOf(s_primitives, primitive.Name));
        }),
        ScaleType.Compact compact => Wrapper("compact", CompactTag, IdOf(compact.Inner)),
        ScaleType.Sequence sequence => Wrapper("sequence", SequenceTag, IdOf(sequence.Item)),
        ScaleType.FixedArray array => FixedArray(array.Length, IdOf(array.Item)),
        ScaleType.Tuple tuple => Tuple([.. tuple.Items.Select(IdOf)]),
        _ => throw new InvalidOperationException($"{type.GetType().Name} has no place in metadata."),
    };

    /// <summary>Describes a composite under a path of its own, with parameters.</summary>
    public uint Define(string name, IReadOnlyList<Parameter> parameters, IReadOnlyList<ScaleField> fields) => Named(
        name,
        writer =>
        {
            writer.WriteU8(CompositeTag);
            WriteFields(writer, fields);
        },
        parameters);

    /// <summary>All shapes described so far.</summary>
    public void Write(ScaleWriter writer)
    {
        writer.WriteCompact((uint)_encoded.Count);
        for (var id = 0; id < _encoded.Count; id++)
        {
            writer.WriteCompact((uint)id);
            writer.WriteFixed(_encoded[id] ?? throw new InvalidOperationException("A shape was referred to and never described."));
        }
    }

    /// <summary>Clients look into the event record's parameters for the type of events.</summary>
    private Parameter[] ParametersOf(ScaleType.Composite composite) => composite.Name == "EventRecord"
        ? [new("E", IdOf(composite.Fields[1].Type)), new("T", IdOf(Codec.Hash.Type))]
        : [];

    /// <summary>Clients look into the address type's parameters for the type of accounts.</summary>
    private Parameter[] ParametersOf(ScaleType.Variant variant) =>
        variant.Name == "MultiAddress" ? [new("AccountId", IdOf(Codec.Account.Type)), new("AccountIndex", IdOf(new ScaleType.Tuple([])))] : [];

    private uint Wrapper(string kind, byte tag, uint inner) => Unnamed($"{kind} {inner}", writer =>
    {
        writer.WriteU8(tag);
        writer.WriteCompact(inner);
    });

    private uint FixedArray(int length, uint item) => Unnamed($"array {length} {item}", writer =>
    {
        writer.WriteU8(ArrayTag);
        writer.WriteU32((uint)length);
        writer.WriteCompact(item);
    });

    private uint Tuple(uint[] items) => Unnamed($"tuple {string.Join(' ', items)}", writer =>
    {
        writer.WriteU8(TupleTag);
        writer.WriteVector(items, static (w, item) => w.WriteCompact(item));
    });

    private uint Option(ScaleType.Variant option)
    {
        var inner = IdOf(option.Cases[1].Fields[0].Type);
        return Intern($"Option {inner}", () => Encode(["Option"], [new("T", inner)], writer =>
        {
            writer.WriteU8(VariantTag);
            writer.WriteVector(option.Cases, WriteCase);
        }));
    }

    private uint Named(string name, Action<ScaleWriter> definition, IReadOnlyList<Parameter>? parameters = null)
    {
        if (!_ids.TryGetValue(name, out var known))
        {
            return Intern(name, () => Encode(TypePaths.Of(name), parameters ?? [], definition));
        }

        // Seen before: it must be the same shape. While it is being described (it contains itself) there is nothing to compare yet.
        if (_encoded[(int)known] is { } first && !first.AsSpan().SequenceEqual(Encode(TypePaths.Of(name), parameters ?? [], definition)))
        {
            throw new InvalidOperationException($"Two shapes are called {name}.");
        }

        return known;
    }

    private uint Unnamed(string key, Action<ScaleWriter> definition) => Intern("\0" + key, () => Encode([], [], definition));

    private uint Intern(string key, Func<byte[]> encode)
    {
        if (_ids.TryGetValue(key, out var known))
        {
            return known;
        }

        var id = (uint)_encoded.Count;
        _ids.Add(key, id);
        _encoded.Add(null);
        _encoded[(int)id] = encode();
        return id;
    }

    private static byte[] Encode(IReadOnlyList<string> path, IReadOnlyList<Parameter> parameters, Action<ScaleWriter> definition)
    {
        var writer = new ScaleWriter();
        writer.WriteVector(path, static (w, part) => w.WriteString(part));
        writer.WriteVector(parameters, static (w, parameter) =>
        {
            w.WriteString(parameter.Name);
            w.WriteSome();
            w.WriteCompact(parameter.Type);
        });
        definition(writer);
        writer.WriteCompact(0);
        return writer.ToArray();
    }

    private void WriteCase(ScaleWriter writer, ScaleVariant value)
    {
        writer.WriteString(value.Name);
        WriteFields(writer, value.Fields);
        writer.WriteU8(value.Index);
        writer.WriteCompact(0);
    }

    private void WriteFields(ScaleWriter writer, IReadOnlyList<ScaleField> fields) => writer.WriteVector(fields, (w, field) =>
    {
        var type = IdOf(field.Type);
        w.WriteBool(field.Name is not null);
        if (field.Name is not null)
        {
            w.WriteString(field.Name);
        }

        w.WriteCompact(type);
        w.WriteNone();
        w.WriteCompact(0);
    });
}
