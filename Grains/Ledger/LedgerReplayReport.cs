using Nsn.Protocol.Cryptography;

namespace Nsn.Grains.Ledger;

/// <summary>Where a replay of a journal leads.</summary>
/// <param name="Chain">The chain's name.</param>
/// <param name="Block">The last block that follows from those before it; 0 for none.</param>
/// <param name="BlockHash">Its hash.</param>
/// <param name="StateRoot">The state root after it, worked out and not read.</param>
/// <param name="Extrinsics">Extrinsics that were carried out, the blocks' own included.</param>
/// <param name="SnapshotBlock">The block that the journal keeps a snapshot of, or null.</param>
/// <param name="Problem">What is wrong first, in one sentence; null when the journal is whole.</param>
public sealed record LedgerReplayReport(
    string Chain, ulong Block, Hash256 BlockHash, Hash256 StateRoot, int Extrinsics, ulong? SnapshotBlock, string? Problem);
