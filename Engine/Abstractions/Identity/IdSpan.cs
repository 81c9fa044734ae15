using System.Runtime.Serialization;
using System.Text;

namespace Orleans.Runtime;

/// <summary>UTF-8 bytes that identify something, with their hash computed once.</summary>
public readonly struct IdSpan : IEquatable<IdSpan>, IComparable<IdSpan>, ISerializable, ISpanFormattable
{
    private readonly byte[] _value;
    private readonly int _hashCode;

    public IdSpan(byte[] value)
    {
        _value = value;
        _hashCode = StableHash.Compute(value);
    }

    private IdSpan(byte[] value, int hashCode)
    {
        _value = value;
        _hashCode = hashCode;
    }

    public ReadOnlyMemory<byte> Value => _value;
    public bool IsDefault => _value is null || _value.Length == 0;

    public static IdSpan Create(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        return new IdSpan(Encoding.UTF8.GetBytes(id));
    }

    public static IdSpan UnsafeCreate(byte[] value, int hashCode) => new(value, hashCode);
    public static byte[] UnsafeGetArray(IdSpan id) => id._value;
    public ReadOnlySpan<byte> AsSpan() => _value;
    public uint GetUniformHashCode() => unchecked((uint)_hashCode);

    public bool Equals(IdSpan other) =>
        ReferenceEquals(_value, other._value) || (_hashCode == other._hashCode && AsSpan().SequenceEqual(other.AsSpan()));

    public override bool Equals(object obj) => obj is IdSpan other && Equals(other);
    public override int GetHashCode() => _hashCode;
    public int CompareTo(IdSpan other) => AsSpan().SequenceCompareTo(other.AsSpan());
    public override string ToString() => _value is null ? string.Empty : Encoding.UTF8.GetString(_value);
    public bool TryFormat(Span<char> destination, out int charsWritten) => Encoding.UTF8.TryGetChars(_value, destination, out charsWritten);

    bool ISpanFormattable.TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider provider) =>
        TryFormat(destination, out charsWritten);

    string IFormattable.ToString(string format, IFormatProvider formatProvider) => ToString();
    public void GetObjectData(SerializationInfo info, StreamingContext context) => info.AddValue("v", _value);
    public static bool operator ==(IdSpan left, IdSpan right) => left.Equals(right);
    public static bool operator !=(IdSpan left, IdSpan right) => !left.Equals(right);
}
