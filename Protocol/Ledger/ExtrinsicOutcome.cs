using Nsn.Protocol.Ledger.Extrinsics;
using Nsn.Protocol.Ledger.Runtime;

namespace Nsn.Protocol.Ledger;

/// <summary>What became of an extrinsic in a block.</summary>
/// <param name="Extrinsic">The extrinsic.</param>
/// <param name="Result">Whether its call took effect, or why not.</param>
/// <param name="Fee">What its signer paid, tip included.</param>
public sealed record ExtrinsicOutcome(Extrinsic Extrinsic, DispatchResult Result, UInt128 Fee);
