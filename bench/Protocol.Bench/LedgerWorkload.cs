using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger;
using Nsn.Protocol.Ledger.Blocks;
using Nsn.Protocol.Ledger.Extrinsics;
using Nsn.Protocol.Ledger.Genesis;
using Nsn.Protocol.Ledger.Pallets.Balances;
using Nsn.Protocol.Ledger.Pallets.FrameSystem;
using Nsn.Protocol.Ledger.State;

namespace Nsn.Protocol.Bench;

/// <summary>A chain with many accounts of 1,000 NSN each, and signed transfers between random ones of them: keys are hashed, so they lie anywhere in the state.</summary>
internal sealed class LedgerWorkload
{
    private readonly LedgerRuntime _runtime;
    private readonly LedgerState _state;
    private readonly Extrinsic[] _transfers;

    public LedgerWorkload(int accounts, int transfers)
    {
        (_runtime, LedgerState genesis) = LedgerRuntime.Start(GenesisPresets.Dev());
        ISigner[] senders = [.. Enumerable.Range(0, transfers).Select(i => Ed25519.Instance.CreateSigner(Sha2.Hash256(BitConverter.GetBytes(i)).AsSpan()))];
        AccountId[] all = [.. senders.Select(signer => signer.PublicKey),
            .. Enumerable.Range(transfers, accounts - transfers).Select(i => new AccountId(Sha2.Hash256(BitConverter.GetBytes(i)).AsSpan()))];
        byte[] rich = AccountInfo.Codec.Encode(new AccountInfo(0, true, new AccountData(Units.Nsn(1000), 0, 0)));
        StateTrie storage = genesis.Storage.With(all.Select(account => new StateChange(SystemStorage.Account.KeyOf(account), rich)));
        _state = new LedgerState(new BlockHeader(default, 0, storage.Root, Block.ExtrinsicsRootOf([])), storage, genesis.GenesisHash);
        Random random = new(1);
        _transfers = [.. senders.Select(sender => _runtime.Sign(
            genesis.GenesisHash, new BalancesCalls.TransferKeepAlive(all[random.Next(accounts)], Units.Nsn(1)), sender, 0))];
        foreach (ISigner signer in senders)
            signer.Dispose();
    }

    /// <summary>One block with all transfers: fees, nonces, events, state root, extrinsics root, header. The signatures count as verified, as in a pool.</summary>
    public void Seal()
    {
        SealedBlock block = _runtime.Seal(_state, 1_800_000_000_000, _transfers, SignatureCheck.AlreadyVerified);
        if (block.Outcomes.Count != _transfers.Length + 1 || block.Outcomes.Any(outcome => outcome.Result.IsError))
            throw new InvalidOperationException("a transfer was refused");
    }
}
