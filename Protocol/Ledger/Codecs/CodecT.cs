using System.Diagnostics.CodeAnalysis;
using Nsn.Protocol.Scale;

namespace Nsn.Protocol.Ledger.Codecs;

/// <summary>How values of one type become SCALE bytes and back, with a description of those bytes. Declared once, used for storage, calls and events.</summary>
/// <typeparam name="T">The values.</typeparam>
public sealed class Codec<T>
{
    private readonly ScaleEncode<T> _encode;
    private readonly ScaleDecode<T> _decode;

    /// <summary>Composes a codec from its parts.</summary>
    /// <param name="type">The shape of the bytes.</param>
    /// <param name="bytesMin">The fewest bytes a value takes: bounds what a length prefix may make a reader allocate.</param>
    /// <param name="encode">Appends a value.</param>
    /// <param name="decode">Reads a value, or false with the reason in the reader.</param>
    public Codec(ScaleType type, int bytesMin, ScaleEncode<T> encode, ScaleDecode<T> decode)
    {
        Type = type;
        BytesMin = bytesMin;
        _encode = encode;
        _decode = decode;
    }

    /// <summary>The shape of the bytes.</summary>
    public ScaleType Type { get; }

    /// <summary>The fewest bytes that a value takes.</summary>
    public int BytesMin { get; }

    /// <summary>Appends <paramref name="value"/>.</summary>
    public void Encode(ScaleWriter writer, T value) => _encode(writer, value);

    /// <summary>The bytes of <paramref name="value"/>.</summary>
    public byte[] Encode(T value)
    {
        var writer = Scratch.Rent();
        _encode(writer, value);
        var bytes = writer.ToArray();
        Scratch.Return(writer);
        return bytes;
    }

    /// <summary>Reads a value that others follow.</summary>
    public bool TryDecode(ref ScaleReader reader, [MaybeNullWhen(false)] out T value) => _decode(ref reader, out value);

    /// <summary>Reads a value that fills <paramref name="bytes"/> exactly.</summary>
    public bool TryDecode(ReadOnlySpan<byte> bytes, [MaybeNullWhen(false)] out T value)
    {
        var reader = new ScaleReader(bytes);
        return _decode(ref reader, out value) && reader.TryReadEnd();
    }

    /// <summary>Reads a value that this program wrote itself.</summary>
    /// <exception cref="InvalidOperationException">The bytes are not such a value: the state was written by other rules.</exception>
    public T Decode(ReadOnlySpan<byte> bytes) => TryDecode(bytes, out var value)
        ? value
        : throw new InvalidOperationException($"State bytes do not decode as {typeof(T).Name}.");

    /// <summary>The same bytes for another type.</summary>
    public Codec<TOther> Select<TOther>(Func<T, TOther> to, Func<TOther, T> from) => new(
        Type,
        BytesMin,
        (writer, value) => _encode(writer, from(value)),
        (ref ScaleReader reader, [MaybeNullWhen(false)] out TOther value) =>
        {
            var read = _decode(ref reader, out var inner);
            value = read ? to(inner!) : default;
            return read;
        });

    /// <summary>The same bytes under another description.</summary>
    public Codec<T> Described(ScaleType type) => new(type, BytesMin, _encode, _decode);
}
