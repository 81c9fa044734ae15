using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Runtime;

namespace Nsn.Protocol.Ledger.Pallets.Director;

/// <summary>What can be asked of the director pallet.</summary>
public static class DirectorCalls
{
    /// <summary>Brings a slot's certificate. Anyone may: the signatures in it count, not who carries it. Costs nothing when it is accepted.</summary>
    /// <param name="Certificate">The bytes of a <see cref="Certificates.Certificate"/>.</param>
    public sealed record SubmitCertificate(byte[] Certificate) : Call;

    /// <summary>Claims that a result is wrong.</summary>
    public sealed record ChallengeResult(ulong Slot, Hash256 EvidenceHash) : Call;

    /// <summary>A validator's vote on a challenge.</summary>
    /// <param name="Slot">The slot.</param>
    /// <param name="Uphold">Whether the result is wrong.</param>
    public sealed record VoteChallenge(ulong Slot, bool Uphold) : Call;

    /// <summary>Shows two votes of one director for one slot.</summary>
    /// <param name="First">The bytes of a <see cref="Certificates.Vote"/>.</param>
    /// <param name="Second">The bytes of another.</param>
    public sealed record ReportEquivocation(byte[] First, byte[] Second) : Call;

    /// <summary>A director's hash of a secret for the election that its epoch ends with: BLAKE2b-256(secret ‖ account). From its own election on.</summary>
    public sealed record CommitBeacon(Hash256 Commitment) : Call;

    /// <summary>The secret, once the candidates are fixed.</summary>
    public sealed record RevealBeacon(Hash256 Secret) : Call;
}
