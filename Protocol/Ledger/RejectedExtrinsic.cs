using Nsn.Protocol.Ledger.Extrinsics;

namespace Nsn.Protocol.Ledger;

/// <summary>An extrinsic that may not be in the block.</summary>
/// <param name="Extrinsic">The extrinsic.</param>
/// <param name="Reason">Why not.</param>
public sealed record RejectedExtrinsic(Extrinsic Extrinsic, TransactionError Reason);
