namespace Nsn.Protocol.Ledger.State;

/// <summary>What a block does to one key: a new value, or none when <see cref="Value"/> is null.</summary>
/// <param name="Key">Where.</param>
/// <param name="Value">The new value, or null to remove the key.</param>
public readonly record struct StateChange(StorageKey Key, byte[]? Value);
