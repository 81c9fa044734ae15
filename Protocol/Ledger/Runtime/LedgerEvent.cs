namespace Nsn.Protocol.Ledger.Runtime;

/// <summary>Something that happened in a block. Each pallet has its own in a class <c>…Events</c>.</summary>
public abstract record LedgerEvent;
