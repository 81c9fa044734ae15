namespace Orleans.Runtime;

/// <summary>Identifies one activation of a grain.</summary>
public readonly struct ActivationId : IEquatable<ActivationId>
{
    public ActivationId(Guid key) => Key = key;
    public Guid Key { get; }
    public bool IsDefault => Key == Guid.Empty;
    public static ActivationId NewId() => new(Guid.NewGuid());
    public bool Equals(ActivationId other) => Key.Equals(other.Key);
    public override bool Equals(object obj) => obj is ActivationId other && Equals(other);
    public override int GetHashCode() => Key.GetHashCode();
    public override string ToString() => $"@{Key:N}";
    public static bool operator ==(ActivationId left, ActivationId right) => left.Equals(right);
    public static bool operator !=(ActivationId left, ActivationId right) => !left.Equals(right);
}
