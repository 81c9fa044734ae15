using Nsn.Protocol.Certificates;
using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Pallets.Reputation;
using Nsn.Protocol.Ledger.Pallets.Stake;
using Nsn.Protocol.Ledger.Runtime;
using Nsn.Protocol.Scale;

namespace Nsn.Protocol.Ledger.Pallets.Director;

/// <summary>Two votes of one director for one slot: proof enough by themselves.</summary>
internal static class Equivocation
{
    public static DispatchResult Report(BlockContext context, AccountId who, DirectorCalls.ReportEquivocation call)
    {
        if (!TryReadVote(call.First, out var first) || !TryReadVote(call.Second, out var second))
        {
            return DirectorErrors.Malformed;
        }

        var (one, other) = (first.Statement, second.Statement);
        if (first.Director != second.Director || one == other || one.Slot != other.Slot || one.Epoch != other.Epoch || one.ChainId != other.ChainId)
        {
            return DirectorErrors.NotEquivocation;
        }

        if (one.ChainId != context.GenesisHash || one.Slot >= uint.MaxValue || one.Epoch != context.Parameters.EpochOfSlot(one.Slot))
        {
            return DirectorErrors.WrongEpoch;
        }

        if (Epochs.Find(context.State, (uint)one.Epoch)?.Directors.Contains(first.Director) != true)
        {
            return DirectorErrors.NotElectedDirector;
        }

        if (first.Director == who)
        {
            return DirectorErrors.Involved;
        }

        if (DirectorStorage.Equivocations.Contains(context.State, one.Slot, first.Director))
        {
            return DirectorErrors.AlreadyPunished;
        }

        if (!first.Verify(Ed25519.Instance) || !second.Verify(Ed25519.Instance))
        {
            return DirectorErrors.InvalidSignature;
        }

        DirectorStorage.Equivocations.Set(context.State, one.Slot, first.Director, context.Number);
        var (taken, _) = Staking.Slash(
            context, first.Director, context.Parameters.DirectorSlash, SlashReason.Equivocation, who, context.Parameters.ChallengeReward);
        Reputations.Record(context, first.Director, ReputationEventKind.DirectorSlotRejected, one.Slot);
        if (!DirectorStorage.SlotStatuses.Contains(context.State, one.Slot))
        {
            Slots.Schedule(context, context.Number + context.Parameters.RetentionBlocks, DirectorDuties.ForgetSlot, one.Slot);
        }

        context.Deposit(new DirectorEvents.EquivocationProven(one.Slot, first.Director, taken));
        return DispatchResult.OkWithoutFee;
    }

    private static bool TryReadVote(byte[] bytes, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Vote? vote)
    {
        var reader = new ScaleReader(bytes);
        return Vote.TryRead(ref reader, out vote) && reader.TryReadEnd();
    }
}
