using Nsn.Grains.Epochs;
using Nsn.Grains.Slots;

namespace Nsn.Grains.Directors;

/// <summary>
/// A director; the key is its account in lower-case hexadecimal. It owns the signing key, answers for one seat in at most two epochs at a
/// time (the current and the next), and takes part in slots: as proposer, and as one of the five who check.
/// </summary>
[Alias("nsn.director")]
public interface IDirectorGrain : IGrainWithStringKey
{
    /// <summary>What it is doing.</summary>
    Task<DirectorStatus> GetStatusAsync();

    /// <summary>Tells the phase of an epoch in which it has a seat. Repeated, late and out-of-order calls are fine.</summary>
    Task ObserveEpochAsync(uint epoch, EpochPhase phase);

    /// <summary>Makes the clip of a slot and publishes it. The answer names what lies in the content store.</summary>
    [ResponseTimeout("00:03:00")]
    Task<ClipManifest> ProposeAsync(SlotAssignment assignment, CancellationToken cancellationToken = default);

    /// <summary>
    /// Fetches the published clip, checks it, and answers with a signed commitment to what it saw. Repeated calls for the same clip give
    /// the same bytes; another clip for the same slot is refused.
    /// </summary>
    [ResponseTimeout("00:03:00")]
    Task<DirectorReply> CommitAsync(SlotAssignment assignment, ClipManifest manifest, CancellationToken cancellationToken = default);

    /// <summary>Opens its commitment, after it has seen those of the others (SCALE consensus messages).</summary>
    Task<DirectorReply> RevealAsync(ulong slot, byte[][] commits);

    /// <summary>Votes on the canonical embedding that follows from the reveals (SCALE consensus messages).</summary>
    Task<DirectorReply> VoteAsync(ulong slot, byte[][] reveals);

    /// <summary>Signs and submits the certificate of a slot to the ledger.</summary>
    Task<SlotSubmission> SubmitAsync(ulong slot, byte[] certificate);

    /// <summary>
    /// Brings two contradicting votes of another director (SCALE) to the ledger, which slashes it.
    /// </summary>
    /// <returns>Null when the ledger has convicted it, now or before; else why not.</returns>
    Task<string?> ReportEquivocationAsync(byte[] evidence);

    /// <summary>Commits to, or reveals, its secret for the election that an epoch ends with. Repeated calls are fine: the secret stays the same.</summary>
    /// <returns>Whether nothing is left to do for this duty.</returns>
    Task<bool> ServeBeaconAsync(uint epoch, BeaconDuty duty);
}
