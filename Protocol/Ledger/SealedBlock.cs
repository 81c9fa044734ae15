using Nsn.Protocol.Ledger.Blocks;
using Nsn.Protocol.Ledger.Runtime;

namespace Nsn.Protocol.Ledger;

/// <summary>A block that was carried out.</summary>
/// <param name="Block">Header and extrinsics.</param>
/// <param name="State">The ledger after it.</param>
/// <param name="Events">What happened, in order.</param>
/// <param name="Outcomes">What became of each extrinsic in the block, in order; the first is the inherent.</param>
/// <param name="Rejected">Candidates that are not in the block, in order.</param>
public sealed record SealedBlock(
    Block Block,
    LedgerState State,
    IReadOnlyList<EventRecord> Events,
    IReadOnlyList<ExtrinsicOutcome> Outcomes,
    IReadOnlyList<RejectedExtrinsic> Rejected);
