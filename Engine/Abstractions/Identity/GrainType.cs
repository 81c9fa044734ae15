using System.Runtime.Serialization;

namespace Orleans.Runtime;

/// <summary>The stable name of a grain class.</summary>
public readonly struct GrainType : IEquatable<GrainType>, IComparable<GrainType>, ISerializable, ISpanFormattable
{
    public GrainType(IdSpan id) => Value = id;
    public GrainType(byte[] value) => Value = new IdSpan(value);

    public IdSpan Value { get; }
    public bool IsDefault => Value.IsDefault;
    public ReadOnlySpan<byte> AsSpan() => Value.AsSpan();
    public static GrainType Create(string value) => new(IdSpan.Create(value));
    public uint GetUniformHashCode() => Value.GetUniformHashCode();
    public static byte[] UnsafeGetArray(GrainType id) => IdSpan.UnsafeGetArray(id.Value);
    public bool Equals(GrainType other) => Value.Equals(other.Value);
    public override bool Equals(object obj) => obj is GrainType other && Equals(other);
    public override int GetHashCode() => Value.GetHashCode();
    public int CompareTo(GrainType other) => Value.CompareTo(other.Value);
    public override string ToString() => Value.ToString();

    bool ISpanFormattable.TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider provider) =>
        Value.TryFormat(destination, out charsWritten);

    string IFormattable.ToString(string format, IFormatProvider formatProvider) => ToString();
    public void GetObjectData(SerializationInfo info, StreamingContext context) => Value.GetObjectData(info, context);
    public static bool operator ==(GrainType left, GrainType right) => left.Equals(right);
    public static bool operator !=(GrainType left, GrainType right) => !left.Equals(right);
}
