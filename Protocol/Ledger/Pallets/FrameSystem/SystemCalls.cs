using Nsn.Protocol.Ledger.Runtime;

namespace Nsn.Protocol.Ledger.Pallets.FrameSystem;

/// <summary>What can be asked of the system pallet.</summary>
public static class SystemCalls
{
    /// <summary>Puts bytes into the chain's history; changes nothing.</summary>
    public sealed record Remark(byte[] Content) : Call;
}
