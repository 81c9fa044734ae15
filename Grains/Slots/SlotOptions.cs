using System.ComponentModel.DataAnnotations;

namespace Nsn.Grains.Slots;

/// <summary>
/// Time that the phases of a slot get; section "Slot" of the configuration. A phase that has the answers of a quorum ends at its time-out;
/// one that has not goes on, because without them the slot is lost. None but the last, which brings the certificate to the ledger, goes on after the slot is on air.
/// </summary>
public sealed class SlotOptions : IValidatableObject
{
    /// <summary>Time to fetch, decode, embed and regenerate, until the commitment.</summary>
    public TimeSpan CommitTimeout { get; set; } = TimeSpan.FromSeconds(3.5);

    /// <summary>Time to open the commitment.</summary>
    public TimeSpan RevealTimeout { get; set; } = TimeSpan.FromSeconds(0.5);

    /// <summary>Time to vote.</summary>
    public TimeSpan VoteTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Part of the time that is left until air which a proposer gets before the next in rotation replaces it.</summary>
    [Range(0.2, 0.9)]
    public double ProposerShare { get; set; } = 0.6;

    /// <summary>With less time than this left until air no proposer is asked any more.</summary>
    public TimeSpan ProposerTimeMin { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Part of the time that is left until air which a director gets to bring the certificate to the ledger before another one is asked to.</summary>
    [Range(0.1, 0.9)]
    public double SubmitterShare { get; set; } = 0.3;

    /// <summary>Each director gets at least as much time as that to bring the certificate to the ledger, on air or not: it waits for a block.</summary>
    public TimeSpan SubmitterTimeMin { get; set; } = TimeSpan.FromSeconds(4);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (CommitTimeout <= TimeSpan.Zero || RevealTimeout <= TimeSpan.Zero || VoteTimeout <= TimeSpan.Zero)
            yield return new ValidationResult("The time-outs of a slot's phases are positive.");
    }
}
