using Nsn.Protocol.Ledger.Runtime;

namespace Nsn.Protocol.Ledger.Pallets.Timestamp;

/// <summary>What a block says of the time.</summary>
public static class TimestampCalls
{
    /// <summary>The block's time; the first extrinsic of each block.</summary>
    /// <param name="Now">Milliseconds since 1970-01-01 UTC.</param>
    public sealed record Set(ulong Now) : Call;
}
