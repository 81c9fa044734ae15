namespace Nsn.Protocol.Ledger.Runtime;

/// <summary>A request to change the state: which pallet, which call, with which arguments. Each pallet has its own in a class <c>…Calls</c>.</summary>
public abstract record Call;
