using Nsn.Protocol.Certificates;
using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger;
using Nsn.Protocol.Ledger.Genesis;
using Nsn.Protocol.Ledger.Pallets.Director;
using Nsn.Protocol.Ledger.Pallets.Stake;
using Nsn.Protocol.Ledger.Runtime;

namespace Nsn.Grains.Ledger;

/// <summary>The chain that one machine runs: its genesis, and what grains read from its state.</summary>
internal static class DevChain
{
    private static readonly GenesisConfig s_genesis = Genesis();

    /// <summary>The rules, which also know how to sign for the chain.</summary>
    public static LedgerRuntime Runtime { get; } = new(s_genesis.Parameters);

    /// <summary>The rules and block 0.</summary>
    public static (LedgerRuntime Runtime, LedgerState State) Start() => LedgerRuntime.Start(s_genesis);

    /// <summary>The epoch as the ledger holds it, or null while it has no directors.</summary>
    public static EpochInfo? EpochOf(LedgerState state, uint epoch)
    {
        if (!DirectorStorage.Epochs.TryGet(state.Storage, epoch, out var record) || record.Directors.Count != Quorum.Directors)
            return null;
        return new EpochInfo(
            epoch,
            record.StartBlock,
            record.EndBlock,
            record.Randomness.ToArray(),
            [.. record.Directors.Select(account => new DirectorInfo(
                account.ToArray(),
                Ss58.Encode(account, s_genesis.Parameters.Ss58Prefix),
                StakeStorage.Stakes.TryGet(state.Storage, account, out var stake) ? stake.Region.ToString() : ""))]);
    }

    /// <summary>The certificate that the ledger holds for a slot, or null.</summary>
    public static byte[]? CertificateOf(LedgerState state, ulong slot) =>
        DirectorStorage.Certificates.TryGet(state.Storage, slot, out var certificate) ? certificate : null;

    /// <summary>A signed extrinsic.</summary>
    public static byte[] Sign(Hash256 genesisHash, Call call, ISigner signer, uint nonce) => Runtime.Sign(genesisHash, call, signer, nonce).Bytes.ToArray();

    private static GenesisConfig Genesis()
    {
        var preset = GenesisPresets.Dev();

        // Work on the first slot of an epoch can begin three slots (24 blocks) before air only if its directors are known that long before it starts.
        return preset with { Parameters = preset.Parameters with { OnDeckBlocks = 26 } };
    }
}
