namespace Nsn.Gateway.Api;

/// <summary>The directors of an epoch (docs/player-protocol.md section 4).</summary>
internal sealed record DirectorsInfo(uint Epoch, int Threshold, ulong Block, string BlockHash, IReadOnlyList<DirectorKey> Directors);
