using Nsn.Grains.Ledger;
using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger;
using Nsn.Protocol.Ledger.Blocks;
using Nsn.Protocol.Ledger.Extrinsics;
using Nsn.Protocol.Ledger.Genesis;
using Nsn.Protocol.Ledger.Metadata;
using Nsn.Protocol.Ledger.State;

namespace Nsn.Gateway.Tests.Chain;

/// <summary>The real rules behind the ledger's interface, one block for each extrinsic, without grains.</summary>
internal sealed class MemoryLedger : ILedgerGrain
{
    private readonly List<BlockInfo> _blocks = [];

    public MemoryLedger() => (Runtime, State) = LedgerRuntime.Start(GenesisPresets.Dev());

    public LedgerRuntime Runtime { get; }

    public LedgerState State { get; private set; }

    public Task<ChainHead> GetHeadAsync() => Task.FromResult(new ChainHead(
        "nsn-dev", State.GenesisHash.ToArray(), State.Number, State.Hash.ToArray(), DateTimeOffset.UnixEpoch, new ChainTiming(TimeSpan.FromSeconds(1), 8, 80, 5)));

    public Task<ExtrinsicReceipt> SubmitAsync(byte[] extrinsic)
    {
        if (!Extrinsic.TryDecode(LedgerRuntime.Calls, extrinsic, out var decoded, out var error))
            return Task.FromResult(new ExtrinsicReceipt(Blake2b.Hash256(extrinsic).ToArray(), null, error.ToString(), []));
        var made = Runtime.Seal(State, (State.Number + 1UL) * 1000, [decoded]);
        if (made.Rejected.Count > 0)
            return Task.FromResult(new ExtrinsicReceipt(decoded.Hash.ToArray(), null, made.Rejected[0].Reason.ToString(), []));
        State = made.State;
        _blocks.Add(new BlockInfo(State.Number, State.Hash.ToArray(), BlockHeader.Codec.Encode(made.Block.Header), [.. made.Block.Extrinsics]));
        return Task.FromResult(new ExtrinsicReceipt(decoded.Hash.ToArray(), State.Number, null, []));
    }

    public Task<uint> GetNextNonceAsync(byte[] account) => Task.FromResult(LedgerRuntime.NonceOf(State.Storage, new AccountId(account)));

    public Task<byte[]?> GetStorageAsync(byte[] key) => Task.FromResult(State.Storage.Get(new StorageKey(key)));

    public Task<byte[][]> GetKeysAsync(byte[] prefix, int count, byte[]? after) => Task.FromResult<byte[][]>(
        [.. State.Storage.Iterate(new StorageKey(prefix), after is null ? null : new StorageKey(after)).Take(count).Select(entry => entry.Key.Span.ToArray())]);

    public Task<RuntimeInfo> GetRuntimeAsync() => Task.FromResult(new RuntimeInfo(1, 1, 42, RuntimeMetadata.Encode(Runtime.Parameters)));

    public Task<EpochInfo?> GetEpochAsync(uint epoch) => Task.FromResult<EpochInfo?>(null);

    public Task<byte[]?> GetCertificateAsync(ulong slot) => Task.FromResult<byte[]?>(null);

    public Task<BlockInfo?> GetBlockAsync(ulong number) => Task.FromResult(_blocks.FirstOrDefault(block => block.Number == number));
}
