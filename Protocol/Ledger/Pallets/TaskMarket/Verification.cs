using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Pallets.Balances;
using Nsn.Protocol.Ledger.Pallets.Reputation;
using Nsn.Protocol.Ledger.Pallets.Stake;
using Nsn.Protocol.Ledger.Pallets.Treasury;
using Nsn.Protocol.Ledger.Runtime;

namespace Nsn.Protocol.Ledger.Pallets.TaskMarket;

/// <summary>Checking results: a drawn committee scores, the median by stake decides, members are paid for agreeing with it.</summary>
internal static class Verification
{
    private const int AgreementRange = 20;

    public static DispatchResult Attest(BlockContext context, AccountId who, TaskCalls.SubmitAttestation call)
    {
        if (!TaskStorage.Tasks.TryGet(context.State, call.Task, out var task))
        {
            return TaskErrors.TaskNotFound;
        }

        if (call.Score > 100)
        {
            return TaskErrors.InvalidAttestationScore;
        }

        if (task.Status != TaskState.PendingVerification)
        {
            return TaskErrors.TaskNotSubmitted;
        }

        if (context.Number > task.Lease)
        {
            return TaskErrors.LeaseExpired;
        }

        if (!task.Committee.Contains(who))
        {
            return TaskErrors.NotInCommittee;
        }

        if (TaskStorage.Attestations.Contains(context.State, call.Task, who))
        {
            return TaskErrors.DuplicateAttestation;
        }

        TaskStorage.Attestations.Set(context.State, call.Task, who, call.Score);
        context.Deposit(new TaskEvents.AttestationSubmitted(call.Task, who, call.Score));
        if (TaskStorage.Attestations.Entries(context.State, call.Task).Count() == task.Committee.Count)
        {
            Decide(context, call.Task, task);
        }

        return DispatchResult.Ok;
    }

    /// <summary>All answered, or the time is over. A committee that kept silent costs nobody but the work: the pay goes back, nobody is slashed.</summary>
    public static void Decide(BlockContext context, ulong id, TaskRecord task)
    {
        var scores = TaskStorage.Attestations.Entries(context.State, id)
            .Select(entry => (Validator: entry.Key, Score: entry.Value, Stake: Staking.Of(context.State, entry.Key).Amount)).OrderBy(static s => s.Score).ToArray();
        if (scores.Length < context.Parameters.CommitteeQuorum)
        {
            Market.End(context, id, task, TaskState.Failed);
            return;
        }

        var median = MedianByStake(scores.Select(static s => (s.Score, s.Stake)).ToArray());
        foreach (var (validator, score, _) in scores)
        {
            var agrees = Math.Abs(score - median) <= AgreementRange;
            Reputations.Record(context, validator, agrees ? ReputationEventKind.ValidatorVoteCorrect : ReputationEventKind.ValidatorVoteIncorrect, context.Number);
            if (agrees)
            {
                TreasuryServices.RecordWork(context, validator, WorkKind.ValidatorVote);
            }
        }

        var executor = task.Executor!.Value;
        if (median >= context.Parameters.ScoreMin)
        {
            PayOut(context, id, task, executor, median);
            return;
        }

        Staking.Slash(context, executor, context.Parameters.TaskSlash, SlashReason.TaskAbandonment);
        Reputations.Record(context, executor, ReputationEventKind.TaskFailed, context.Number);
        context.Deposit(new TaskEvents.TaskRejected(id, executor, median));
        Market.End(context, id, task, TaskState.Rejected);
    }

    /// <summary>The lowest score that at least half of the stake does not exceed; equal parts where nobody has stake any more.</summary>
    internal static byte MedianByStake(IReadOnlyList<(byte Score, UInt128 Stake)> ascending)
    {
        var total = ascending.Aggregate(UInt128.Zero, static (sum, entry) => sum + entry.Stake + 1);
        UInt128 sum = 0;
        foreach (var (score, stake) in ascending)
        {
            sum += stake + 1;
            if (sum * 2 >= total)
            {
                return score;
            }
        }

        throw new ArgumentException("There is no median of nothing.", nameof(ascending));
    }

    /// <summary>70 % for the executor, 20 % for the treasury, the rest burned: to the unit the whole escrow.</summary>
    private static void PayOut(BlockContext context, ulong id, TaskRecord task, AccountId executor, byte median)
    {
        var (requester, escrow) = (task.Terms.Requester, task.Terms.Escrow);
        var forExecutor = escrow * 70 / 100;
        var forTreasury = escrow * 20 / 100;
        MustHold(Tokens.TransferHeld(context, HoldReason.TaskEscrow, requester, executor, forExecutor));
        MustHold(Tokens.TransferHeld(context, HoldReason.TaskEscrow, requester, SovereignAccount.Treasury, forTreasury));
        MustHold(Tokens.BurnHeld(context, HoldReason.TaskEscrow, requester, escrow - forExecutor - forTreasury));
        Reputations.Record(context, executor, ReputationEventKind.TaskCompleted, context.Number);
        Market.Close(context, id, task, TaskState.Verified);
        context.Deposit(new TaskEvents.TaskVerified(id, executor, forExecutor, median));
    }

    private static void MustHold(DispatchResult result)
    {
        if (result.IsError)
        {
            // The least escrow is a hundred existential deposits, so every part is more than one; and the escrow is held.
            throw new InvalidOperationException($"An escrow could not be paid out: {result}.");
        }
    }
}
