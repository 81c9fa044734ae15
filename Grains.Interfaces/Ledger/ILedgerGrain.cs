namespace Nsn.Grains.Ledger;

/// <summary>
/// The only writer of a chain's state. The key is the chain id. It sequences extrinsics, seals a block every block time and writes the
/// block to the journal before anyone hears of it.
/// </summary>
[Alias("nsn.ledger")]
public interface ILedgerGrain : IGrainWithStringKey
{
    /// <summary>The last journaled block and the clock that follows from it.</summary>
    Task<ChainHead> GetHeadAsync();

    /// <summary>
    /// Puts a signed extrinsic (SCALE, Substrate v4 layout) into the next block and answers once that block is journaled.
    /// An extrinsic that could never be applied (bad signature, stale nonce, other genesis) is answered with
    /// <see cref="ExtrinsicReceipt.Error"/> and enters no block.
    /// </summary>
    Task<ExtrinsicReceipt> SubmitAsync(byte[] extrinsic);

    /// <summary>The next nonce of an account (32-byte public key), extrinsics waiting for a block included.</summary>
    Task<uint> GetNextNonceAsync(byte[] account);

    /// <summary>The raw SCALE value under a Substrate-shaped storage key, or null.</summary>
    Task<byte[]?> GetStorageAsync(byte[] key);

    /// <summary>Keys that begin with a prefix, in order, from the one after <paramref name="after"/>; at most 1,000.</summary>
    Task<byte[][]> GetKeysAsync(byte[] prefix, int count, byte[]? after);

    /// <summary>Versions and metadata, from which clients learn calls, storage and constants.</summary>
    Task<RuntimeInfo> GetRuntimeAsync();

    /// <summary>The epoch with its elected directors, or null while it is not elected.</summary>
    Task<EpochInfo?> GetEpochAsync(uint epoch);

    /// <summary>The certificate that the chain accepted for a slot (SCALE), or null.</summary>
    Task<byte[]?> GetCertificateAsync(ulong slot);

    /// <summary>A journaled block, or null when there is none with that number.</summary>
    Task<BlockInfo?> GetBlockAsync(ulong number);
}
