using Nsn.Protocol.Certificates;
using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Codecs;
using Nsn.Protocol.Ledger.Pallets.Agenda;
using Nsn.Protocol.Ledger.Pallets.Bft;
using Nsn.Protocol.Ledger.Pallets.Reputation;
using Nsn.Protocol.Ledger.Pallets.Stake;
using Nsn.Protocol.Ledger.Pallets.Treasury;
using Nsn.Protocol.Ledger.Runtime;

namespace Nsn.Protocol.Ledger.Pallets.Director;

/// <summary>Slots and their results: started, certified, final, missed, forgotten.</summary>
public static class Slots
{
    internal static void Start(BlockContext context, ulong slot, EpochRecord epoch)
    {
        DirectorStorage.CurrentSlot.Set(context.State, slot);
        context.Deposit(new DirectorEvents.SlotStarted(slot));
        if (DirectorStorage.SlotStatuses.Get(context.State, slot) == SlotStatus.Pending)
        {
            DirectorStorage.SlotStatuses.Set(context.State, slot, epoch.IsStaffed ? SlotStatus.Elected : SlotStatus.Unstaffed);
            Schedule(context, Deadline(context.Parameters, slot) + 1, DirectorDuties.SlotDeadline, slot);
        }
    }

    /// <summary>The last block in which a slot's certificate is accepted.</summary>
    public static uint Deadline(LedgerParameters parameters, ulong slot) =>
        parameters.FirstBlockOfSlot(slot + 1) - 1 + parameters.CertificateGraceBlocks;

    internal static DispatchResult Submit(BlockContext context, AccountId who, DirectorCalls.SubmitCertificate call)
    {
        if (!Certificate.TryDecode(call.Certificate, out var certificate, out _))
        {
            return DirectorErrors.Malformed;
        }

        var statement = certificate.Statement;
        if (!TryCheckPlace(context, statement, out var refusal, out var epoch))
        {
            return refusal;
        }

        var directors = new EpochDirectors(context.GenesisHash, epoch.Id, [.. epoch.Directors]);
        if (certificate.Verify(Ed25519.Instance, directors) != CertificateError.None)
        {
            return DirectorErrors.InvalidSignature;
        }

        // Only signers who still have a director's stake to lose count.
        var signers = certificate.SignersOf(directors).Where(signer => Staking.IsDirectorGrade(context.State, context.Parameters, signer)).ToArray();
        if (signers.Length < context.Parameters.CertificateThreshold)
        {
            return DirectorErrors.InsufficientAgreement;
        }

        DirectorStorage.Certificates.Set(context.State, statement.Slot, call.Certificate);
        DirectorStorage.Results.Set(context.State, statement.Slot, new SlotResult(
            statement.Slot, epoch.Id, statement.RecipeHash, statement.ModelPackHash, statement.ContentRoot, statement.EmbeddingHash, signers, who, context.Number, true));
        DirectorStorage.SlotStatuses.Set(context.State, statement.Slot, SlotStatus.Submitted);
        Beacon.Accumulate(context, call.Certificate);
        var deadline = context.Number + context.Parameters.ChallengeBlocks;
        Schedule(context, deadline + 1, DirectorDuties.FinaliseResult, statement.Slot);
        context.Deposit(new DirectorEvents.BftResultPending(statement.Slot, statement.ContentRoot, who, deadline));
        return DispatchResult.OkWithoutFee;
    }

    internal static DispatchResult OnDue(BlockContext context, byte kind, byte[] key)
    {
        if (kind == DirectorDuties.ForgetEpoch)
        {
            var epoch = Codec.U32.Decode(key);
            DirectorStorage.Epochs.Remove(context.State, epoch);
            DirectorStorage.Transcripts.Remove(context.State, epoch);
            return DispatchResult.Ok;
        }

        var slot = Codec.U64.Decode(key);
        var status = DirectorStorage.SlotStatuses.Get(context.State, slot);
        switch (kind)
        {
            case DirectorDuties.SlotDeadline when status is SlotStatus.Elected:
                Miss(context, slot);
                break;
            case DirectorDuties.SlotDeadline when status is SlotStatus.Unstaffed:
                Schedule(context, context.Number + context.Parameters.RetentionBlocks, DirectorDuties.ForgetSlot, slot);
                break;
            case DirectorDuties.FinaliseResult when status is SlotStatus.Submitted && IsDue(context, slot):
                Finalise(context, slot);
                break;
            case DirectorDuties.ResolveChallenge when status is SlotStatus.Challenged && DirectorStorage.Challenges.Get(context.State, slot).Deadline < context.Number:
                Challenges.Resolve(context, slot);
                break;
            case DirectorDuties.ForgetSlot:
                Forget(context, slot);
                break;
        }

        return DispatchResult.Ok;
    }

    /// <summary>The result stands: those who signed it earned it.</summary>
    internal static void Finalise(BlockContext context, ulong slot)
    {
        var result = DirectorStorage.Results.Get(context.State, slot);
        foreach (var signer in result.Signers)
        {
            Reputations.Record(context, signer, ReputationEventKind.DirectorSlotAccepted, slot);
            TreasuryServices.RecordWork(context, signer, WorkKind.DirectorSlot);
        }

        BftArchive.Succeeded(context, slot, result.EmbeddingHash, result.Signers);
        Close(context, slot, SlotStatus.Finalized, success: true);
    }

    /// <summary>A slot's story is over, well or badly.</summary>
    internal static void Close(BlockContext context, ulong slot, SlotStatus status, bool success)
    {
        DirectorStorage.SlotStatuses.Set(context.State, slot, status);
        Schedule(context, context.Number + context.Parameters.RetentionBlocks, DirectorDuties.ForgetSlot, slot);
        context.Deposit(new DirectorEvents.BftConsensusFinalized(slot, success));
    }

    /// <summary>Takes back results of an epoch that was elected anew before it began: their signers are not its directors.</summary>
    internal static void Void(BlockContext context, EpochRecord epoch)
    {
        var first = context.Parameters.SlotOf(epoch.StartBlock);
        for (var slot = first; slot <= first + context.Parameters.CertificateLeadSlots; slot++)
        {
            if (!DirectorStorage.Results.Contains(context.State, slot))
            {
                continue;
            }

            Challenges.Drop(context, slot);
            DirectorStorage.Results.Remove(context.State, slot);
            DirectorStorage.Certificates.Remove(context.State, slot);
            DirectorStorage.SlotStatuses.Remove(context.State, slot);
            context.Deposit(new DirectorEvents.ResultVoided(slot));
        }
    }

    /// <summary>A result that was taken back and given again has its own time; what was on the agenda for the first one does not count.</summary>
    private static bool IsDue(BlockContext context, ulong slot) =>
        DirectorStorage.Results.Get(context.State, slot).SubmittedAt + context.Parameters.ChallengeBlocks < context.Number;

    internal static void Schedule(BlockContext context, uint block, byte kind, ulong slot) =>
        AgendaPallet.Schedule(context, block, DirectorPallet.Index, kind, Codec.U64.Encode(slot));

    private static bool TryCheckPlace(
        BlockContext context, in SlotStatement statement, out DispatchResult refusal, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out EpochRecord? epoch)
    {
        epoch = null;
        var parameters = context.Parameters;
        refusal = default;
        if (statement.ChainId != context.GenesisHash || statement.Slot >= uint.MaxValue / parameters.BlocksPerSlot - 2 || statement.Epoch != parameters.EpochOfSlot(statement.Slot))
        {
            refusal = DirectorErrors.WrongEpoch;
            return false;
        }

        if (statement.Verdict != Verdict.Accept)
        {
            refusal = DirectorErrors.NotAccepted;
            return false;
        }

        if (parameters.FirstBlockOfSlot(statement.Slot) > context.Number + (parameters.CertificateLeadSlots * parameters.BlocksPerSlot)
            || context.Number > Deadline(parameters, statement.Slot))
        {
            refusal = DirectorErrors.OutsideWindow;
            return false;
        }

        if (DirectorStorage.Results.Contains(context.State, statement.Slot))
        {
            refusal = DirectorErrors.ResultAlreadySubmitted;
            return false;
        }

        epoch = Epochs.Find(context.State, (uint)statement.Epoch);
        refusal = DirectorErrors.NotElectedDirector;
        return epoch is { IsStaffed: true };
    }

    private static void Miss(BlockContext context, ulong slot)
    {
        var epoch = Epochs.Find(context.State, context.Parameters.EpochOfSlot(slot));
        foreach (var director in epoch?.Directors ?? [])
        {
            // Who of the five kept the certificate from coming about cannot be told from here, so all answer for it.
            Reputations.Record(context, director, ReputationEventKind.DirectorSlotMissed, slot);
        }

        BftArchive.Failed(context, slot);
        DirectorStorage.SlotStatuses.Set(context.State, slot, SlotStatus.Missed);
        Schedule(context, context.Number + context.Parameters.RetentionBlocks, DirectorDuties.ForgetSlot, slot);
        context.Deposit(new DirectorEvents.SlotFailed(slot));
    }

    private static void Forget(BlockContext context, ulong slot)
    {
        BftArchive.Forget(context, slot);
        DirectorStorage.SlotStatuses.Remove(context.State, slot);
        DirectorStorage.Results.Remove(context.State, slot);
        DirectorStorage.Certificates.Remove(context.State, slot);
        foreach (var (director, _) in DirectorStorage.Equivocations.Entries(context.State, slot).ToArray())
        {
            DirectorStorage.Equivocations.Remove(context.State, slot, director);
        }
    }
}
