namespace Nsn.Grains.Directors;

/// <summary>What a director is doing.</summary>
/// <param name="State">Its state.</param>
/// <param name="CurrentEpoch">The epoch it is active (or draining) in.</param>
/// <param name="NextEpoch">The epoch it is on deck for.</param>
/// <param name="SlotsInWork">Slots it works on now.</param>
/// <param name="Proposed">Clips it has made since activation.</param>
/// <param name="Accepted">Accepting votes since activation.</param>
/// <param name="Rejected">Rejecting votes since activation.</param>
[GenerateSerializer, Immutable, Alias("nsn.director-status")]
public sealed record DirectorStatus(
    [property: Id(0)] DirectorState State,
    [property: Id(1)] uint? CurrentEpoch,
    [property: Id(2)] uint? NextEpoch,
    [property: Id(3)] ulong[] SlotsInWork,
    [property: Id(4)] int Proposed,
    [property: Id(5)] int Accepted,
    [property: Id(6)] int Rejected);
