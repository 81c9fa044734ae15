namespace Orleans.Runtime;

/// <summary>The version of a cluster membership view; grows with every change.</summary>
public readonly struct MembershipVersion : IComparable<MembershipVersion>, IEquatable<MembershipVersion>
{
    public MembershipVersion(long version) => Value = version;
    public long Value { get; }
    public static MembershipVersion MinValue => new(long.MinValue);
    public int CompareTo(MembershipVersion other) => Value.CompareTo(other.Value);
    public bool Equals(MembershipVersion other) => Value == other.Value;
    public override bool Equals(object obj) => obj is MembershipVersion other && Equals(other);
    public override int GetHashCode() => Value.GetHashCode();
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
    public static bool operator ==(MembershipVersion left, MembershipVersion right) => left.Value == right.Value;
    public static bool operator !=(MembershipVersion left, MembershipVersion right) => left.Value != right.Value;
    public static bool operator <(MembershipVersion left, MembershipVersion right) => left.Value < right.Value;
    public static bool operator >(MembershipVersion left, MembershipVersion right) => left.Value > right.Value;
    public static bool operator <=(MembershipVersion left, MembershipVersion right) => left.Value <= right.Value;
    public static bool operator >=(MembershipVersion left, MembershipVersion right) => left.Value >= right.Value;
}
