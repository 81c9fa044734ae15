namespace Orleans.Runtime;

/// <summary>Where a grain is active: silo incarnation, activation, and the activation epoch that fences its effects.</summary>
public sealed class GrainAddress : IEquatable<GrainAddress>
{
    public GrainId GrainId { get; init; }
    public ActivationId ActivationId { get; init; }
    public SiloAddress SiloAddress { get; init; }
    public MembershipVersion MembershipVersion { get; init; }

    /// <summary>The fencing token: grows each time the grain is taken over. Not part of Orleans.</summary>
    public long Epoch { get; init; }

    public bool IsComplete => !GrainId.IsDefault && !ActivationId.IsDefault && SiloAddress is not null;

    public bool Equals(GrainAddress other) =>
        other is not null && GrainId.Equals(other.GrainId) && ActivationId.Equals(other.ActivationId) && Equals(SiloAddress, other.SiloAddress);

    public override bool Equals(object obj) => Equals(obj as GrainAddress);
    public override int GetHashCode() => HashCode.Combine(GrainId, ActivationId, SiloAddress);
    public override string ToString() => $"[{GrainId} {SiloAddress} {ActivationId} epoch {Epoch}]";
}
