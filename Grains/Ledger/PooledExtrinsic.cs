using Nsn.Protocol.Ledger.Extrinsics;

namespace Nsn.Grains.Ledger;

/// <summary>An extrinsic that waits for a block, and those who wait for it.</summary>
internal sealed class PooledExtrinsic(Extrinsic extrinsic, ulong since)
{
    /// <summary>Blocks for which an extrinsic waits for the nonces before its own.</summary>
    public const ulong WaitBlocks = 32;

    private readonly TaskCompletionSource<ExtrinsicReceipt> _receipt = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Extrinsic Extrinsic => extrinsic;

    public ulong Since => since;

    public Task<ExtrinsicReceipt> Receipt => _receipt.Task;

    public void Complete(ulong? block, string? error, string[] events) =>
        _receipt.TrySetResult(new ExtrinsicReceipt(extrinsic.Hash.ToArray(), block, error, events));

    public void Abandon(Exception reason) => _receipt.TrySetException(reason);
}
