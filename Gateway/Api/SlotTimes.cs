namespace Nsn.Gateway.Api;

/// <summary>When the stages of a slot were reached, Unix milliseconds.</summary>
internal sealed record SlotTimes(long? Started, long? Generated, long? Certified, long? Finalized);
