namespace Nsn.EndToEnd.Faults;

/// <summary>A fault of one slot.</summary>
/// <param name="Kind">What goes wrong.</param>
/// <param name="Places">Whose fault it is, as places among the slot's directors counted from its first proposer on: 0 is the first proposer itself.</param>
public sealed record Fault(FaultKind Kind, params int[] Places);
