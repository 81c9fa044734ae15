using System.Globalization;
using System.Runtime.Serialization;
using System.Text;
using Orleans.Streams;

namespace Orleans.Runtime;

/// <summary>Identifies a stream within a provider: a namespace and a key.</summary>
public readonly struct StreamId : IEquatable<StreamId>, IComparable<StreamId>, ISerializable, ISpanFormattable
{
    private readonly ushort _keyIndex;
    private readonly int _hash;

    private StreamId(byte[] fullKey, ushort keyIndex)
    {
        FullKey = fullKey;
        _keyIndex = keyIndex;
        _hash = StableHash.Compute(fullKey);
    }

    public ReadOnlyMemory<byte> FullKey { get; }
    public ReadOnlyMemory<byte> Namespace => FullKey[.._keyIndex];
    public ReadOnlyMemory<byte> Key => FullKey[_keyIndex..];

    public static StreamId Create(ReadOnlySpan<byte> ns, ReadOnlySpan<byte> key)
    {
        if (key.IsEmpty)
            throw new ArgumentException("A stream needs a key.", nameof(key));
        var full = new byte[ns.Length + key.Length];
        ns.CopyTo(full);
        key.CopyTo(full.AsSpan(ns.Length));
        return new StreamId(full, checked((ushort)ns.Length));
    }

    public static StreamId Create(string ns, Guid key) => Create(ns, key.ToString("N", CultureInfo.InvariantCulture));
    public static StreamId Create(string ns, long key) => Create(ns, key.ToString(CultureInfo.InvariantCulture));
    public static StreamId Create(string ns, string key) => Create(Encoding.UTF8.GetBytes(ns ?? string.Empty), Encoding.UTF8.GetBytes(key));
    public static StreamId Create(IStreamIdentity streamIdentity) => Create(streamIdentity.Namespace, streamIdentity.Guid);

    /// <summary>Parses <c>namespace/key</c>.</summary>
    public static StreamId Parse(ReadOnlySpan<byte> value)
    {
        var slash = value.IndexOf((byte)'/');
        if (slash < 0)
            throw new FormatException("A stream id is written namespace/key.");
        return Create(value[..slash], value[(slash + 1)..]);
    }

    public string GetKeyAsString() => Encoding.UTF8.GetString(Key.Span);
    public string GetNamespace() => _keyIndex == 0 ? null : Encoding.UTF8.GetString(Namespace.Span);
    public bool Equals(StreamId other) => _hash == other._hash && _keyIndex == other._keyIndex && FullKey.Span.SequenceEqual(other.FullKey.Span);
    public override bool Equals(object obj) => obj is StreamId other && Equals(other);
    public override int GetHashCode() => _hash;
    public int CompareTo(StreamId other) => FullKey.Span.SequenceCompareTo(other.FullKey.Span);
    public override string ToString() => $"{(_keyIndex == 0 ? "null" : GetNamespace())}/{GetKeyAsString()}";
    string IFormattable.ToString(string format, IFormatProvider formatProvider) => ToString();

    bool ISpanFormattable.TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider provider) =>
        destination.TryWrite($"{ToString()}", out charsWritten);

    public void GetObjectData(SerializationInfo info, StreamingContext context)
    {
        info.AddValue("fk", FullKey.ToArray());
        info.AddValue("ki", _keyIndex);
    }

    public static bool operator ==(StreamId left, StreamId right) => left.Equals(right);
    public static bool operator !=(StreamId left, StreamId right) => !left.Equals(right);
}
