using Nsn.Protocol.Ledger.Runtime;

namespace Nsn.Protocol.Ledger.Pallets.Parameters;

/// <summary>What the parameters pallet reports.</summary>
public static class ParametersEvents
{
    /// <summary>A constant has a new value from the next block on.</summary>
    public sealed record ParameterChanged(ParameterId Id, UInt128 Value) : LedgerEvent;
}
