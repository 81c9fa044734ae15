namespace Nsn.Protocol.Ledger.Runtime;

/// <summary>An event and what it belongs to.</summary>
/// <param name="Phase">Before, in, or after the extrinsics.</param>
/// <param name="Extrinsic">The extrinsic's place in the block, for <see cref="BlockPhase.ApplyExtrinsic"/>.</param>
/// <param name="Event">What happened.</param>
public readonly record struct EventRecord(BlockPhase Phase, uint Extrinsic, LedgerEvent Event);
