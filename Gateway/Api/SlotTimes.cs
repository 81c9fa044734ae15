namespace Nsn.Gateway.Api;

/// <summary>When the stages of a slot were reached, Unix milliseconds. Making and publishing a clip is one stage, which ends with its publication.</summary>
/// <param name="Requested">A person asked for it; null for the programme's own.</param>
/// <param name="Started">Everything was fixed and the proposer began.</param>
/// <param name="Published">The clip lay in the content store.</param>
/// <param name="Certified">The ledger had the certificate.</param>
internal sealed record SlotTimes(long? Requested, long? Started, long? Published, long? Certified);
