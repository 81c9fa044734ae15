namespace Nsn.Grains.Ledger;

/// <summary>The whole state after a block.</summary>
/// <param name="Block">The block.</param>
/// <param name="State">Keys and values, SCALE.</param>
public sealed record LedgerSnapshot(ulong Block, byte[] State);
