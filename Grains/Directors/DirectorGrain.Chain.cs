using System.Security.Cryptography;
using Nsn.Grains.Epochs;
using Nsn.Grains.Ledger;
using Nsn.Grains.Slots;
using Nsn.Protocol.Certificates;
using Nsn.Protocol.Consensus;
using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Extrinsics;
using Nsn.Protocol.Ledger.Pallets.Director;
using Nsn.Protocol.Ledger.Runtime;
using Nsn.Protocol.Scale;

namespace Nsn.Grains.Directors;

/// <summary>What a director brings to the ledger: certificates, the equivocations it learns of, and its secrets for the beacon.</summary>
internal sealed partial class DirectorGrain
{
    private const int NonceAttemptsMax = 3;

    private ILedgerGrain Chain => GrainFactory.GetGrain<ILedgerGrain>(ChainName.Default);

    public async Task<SlotSubmission> SubmitAsync(ulong slot, byte[] certificate)
    {
        var head = await Chain.GetHeadAsync();
        var receipt = await SubmitAsync(new DirectorCalls.SubmitCertificate(certificate));
        if (receipt.Applied)
            return new SlotSubmission(receipt.Block, null);

        // Somebody else's extrinsic with the same certificate may have been first; what counts is what the chain holds.
        var held = await Chain.GetCertificateAsync(slot);
        if (held is null)
            return new SlotSubmission(null, receipt.Error);
        if (held.AsSpan().SequenceEqual(certificate))
            return new SlotSubmission(head.Block, null);
        await ReportBetweenAsync(held, certificate);
        return new SlotSubmission(null, receipt.Error);
    }

    public async Task<string?> ReportEquivocationAsync(byte[] evidence)
    {
        var reader = new ScaleReader(evidence);
        return EquivocationEvidence.TryRead(ref reader, out var read) && reader.TryReadEnd() ? await ReportAsync(read) : "the bytes are no evidence";
    }

    public async Task<bool> ServeBeaconAsync(uint epoch, BeaconDuty duty)
    {
        var part = document.State.Beacons.GetValueOrDefault(epoch);
        if (duty == BeaconDuty.Commit && part is not { Committed: true })
        {
            // Stored before it is committed to, so that a restart can still reveal it.
            part ??= new BeaconPart(RandomNumberGenerator.GetBytes(Hash256.Size), false, false);
            await StoreAsync(epoch, part);
            var receipt = await SubmitAsync(new DirectorCalls.CommitBeacon(Beacon.CommitmentOf(new Hash256(part.Secret), _signer.PublicKey)));
            if (receipt.Applied)
                await StoreAsync(epoch, part with { Committed = true });
            else
                LogBeacon(_signer.PublicKey, duty, epoch, receipt.Error);
            return receipt.Applied;
        }

        if (duty == BeaconDuty.Reveal && part is { Revealed: false })
        {
            // Also when it does not know whether its commitment got through: the ledger does.
            var receipt = await SubmitAsync(new DirectorCalls.RevealBeacon(new Hash256(part.Secret)));
            if (receipt.Applied)
                await StoreAsync(epoch, part with { Committed = true, Revealed = true });
            else
                LogBeacon(_signer.PublicKey, duty, epoch, receipt.Error);
            return receipt.Applied || receipt.Error == DirectorErrors.CommitMismatch.Name;
        }

        return true;
    }

    /// <summary>Who signed both of two certificates for one slot is convicted by them.</summary>
    private async Task ReportBetweenAsync(byte[] held, byte[] other)
    {
        if (!Certificate.TryDecode(held, out var first, out _) || !Certificate.TryDecode(other, out var second, out _)
            || await Chain.GetEpochAsync((uint)first.Statement.Epoch) is not { } epoch)
        {
            return;
        }

        var directors = new EpochDirectors(first.Statement.ChainId, epoch.Epoch, [.. epoch.Directors.Select(director => new AccountId(director.Account))]);
        foreach (var evidence in EquivocationEvidence.Between(directors, first, second))
            await ReportAsync(evidence);
    }

    private async Task<string?> ReportAsync(EquivocationEvidence evidence)
    {
        if (evidence.Director == _signer.PublicKey)
            return "it is about this director itself";
        var receipt = await SubmitAsync(new DirectorCalls.ReportEquivocation(Encode(evidence.First), Encode(evidence.Second)));
        var convicted = receipt.Applied || receipt.Error == DirectorErrors.AlreadyPunished.Name;
        LogReported(_signer.PublicKey, evidence.Director, evidence.First.Statement.Slot, receipt.Error ?? "convicted");
        return convicted ? null : receipt.Error;

        static byte[] Encode(Vote vote)
        {
            var writer = new ScaleWriter();
            Vote.Write(writer, vote);
            return writer.ToArray();
        }
    }

    /// <summary>Signs a call and brings it into a block. Two calls at once may take the same nonce: the one that comes second takes the next.</summary>
    private async Task<ExtrinsicReceipt> SubmitAsync(Call call)
    {
        var head = await Chain.GetHeadAsync();
        for (var attempt = 1; ; attempt++)
        {
            var nonce = await Chain.GetNextNonceAsync(_signer.PublicKey.ToArray());
            var receipt = await Chain.SubmitAsync(DevChain.Sign(new Hash256(head.GenesisHash), call, _signer, nonce));
            if (receipt.Error != nameof(TransactionError.StaleNonce) || attempt == NonceAttemptsMax)
                return receipt;
        }
    }

    private async Task StoreAsync(uint epoch, BeaconPart part)
    {
        document.State.Beacons[epoch] = part;
        await WriteAsync();
    }

    [LoggerMessage(4, LogLevel.Warning, "Director {Director}: {Duty} for the beacon of epoch {Epoch} was refused: {Reason}")]
    private partial void LogBeacon(AccountId director, BeaconDuty duty, uint epoch, string? reason);

    [LoggerMessage(5, LogLevel.Warning, "Director {Director} reported that {Guilty} voted twice for slot {Slot}: {Outcome}")]
    private partial void LogReported(AccountId director, AccountId guilty, ulong slot, string outcome);
}
