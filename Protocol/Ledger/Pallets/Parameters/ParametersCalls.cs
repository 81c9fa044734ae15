using Nsn.Protocol.Ledger.Runtime;

namespace Nsn.Protocol.Ledger.Pallets.Parameters;

/// <summary>What the sudo key can change.</summary>
public static class ParametersCalls
{
    /// <summary>Changes a constant from the next block on.</summary>
    public sealed record SetParameter(ParameterId Id, UInt128 Value) : Call;
}
