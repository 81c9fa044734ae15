using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Pallets.Balances;
using Nsn.Protocol.Ledger.Pallets.Bft;
using Nsn.Protocol.Ledger.Pallets.Reputation;
using Nsn.Protocol.Ledger.Pallets.Stake;
using Nsn.Protocol.Ledger.Pallets.Treasury;
using Nsn.Protocol.Ledger.Runtime;

namespace Nsn.Protocol.Ledger.Pallets.Director;

/// <summary>Disputes over results, decided by the stake of validators who had no part in them.</summary>
public static class Challenges
{
    internal static DispatchResult Open(BlockContext context, AccountId who, DirectorCalls.ChallengeResult call)
    {
        if (!DirectorStorage.Results.TryGet(context.State, call.Slot, out var result))
        {
            return DirectorErrors.ResultNotFound;
        }

        var status = DirectorStorage.SlotStatuses.Get(context.State, call.Slot);
        if (status == SlotStatus.Challenged)
        {
            return DirectorErrors.ChallengeExists;
        }

        if (status != SlotStatus.Submitted)
        {
            return DirectorErrors.AlreadyFinalized;
        }

        if (!Staking.IsValidator(context.State, context.Parameters, who))
        {
            return DirectorErrors.InsufficientChallengeStake;
        }

        if (IsInvolved(context, result, who))
        {
            return DirectorErrors.Involved;
        }

        if (Tokens.Hold(context, HoldReason.ChallengeBond, who, context.Parameters.ChallengeBond) is { IsError: true } refusal)
        {
            return refusal;
        }

        var deadline = context.Number + context.Parameters.ChallengeBlocks;
        DirectorStorage.Challenges.Set(context.State, call.Slot, new Challenge(who, context.Parameters.ChallengeBond, call.EvidenceHash, deadline, 0, 0, 0));
        DirectorStorage.SlotStatuses.Set(context.State, call.Slot, SlotStatus.Challenged);
        Slots.Schedule(context, deadline + 1, DirectorDuties.ResolveChallenge, call.Slot);
        context.Deposit(new DirectorEvents.BftChallenged(call.Slot, who, call.EvidenceHash, deadline));
        return DispatchResult.Ok;
    }

    internal static DispatchResult Vote(BlockContext context, AccountId who, DirectorCalls.VoteChallenge call)
    {
        if (!DirectorStorage.Challenges.TryGet(context.State, call.Slot, out var challenge))
        {
            return DirectorErrors.NoChallengeExists;
        }

        if (!Staking.IsValidator(context.State, context.Parameters, who))
        {
            return DirectorErrors.NotValidator;
        }

        if (challenge.Challenger == who || IsInvolved(context, DirectorStorage.Results.Get(context.State, call.Slot), who))
        {
            return DirectorErrors.Involved;
        }

        if (DirectorStorage.ChallengeVotes.Contains(context.State, call.Slot, who))
        {
            return DirectorErrors.AlreadyVoted;
        }

        if (challenge.Voters >= context.Parameters.ChallengeVotesMax)
        {
            return DirectorErrors.TooManyVotes;
        }

        var stake = Staking.Of(context.State, who).Amount;
        DirectorStorage.ChallengeVotes.Set(context.State, call.Slot, who, call.Uphold);
        DirectorStorage.Challenges.Set(context.State, call.Slot, challenge with
        {
            Voters = challenge.Voters + 1,
            StakeFor = challenge.StakeFor + (call.Uphold ? stake : 0),
            StakeAgainst = challenge.StakeAgainst + (call.Uphold ? 0 : stake),
        });
        context.Deposit(new DirectorEvents.ChallengeVoted(call.Slot, who, call.Uphold));
        return DispatchResult.Ok;
    }

    /// <summary>Counts the votes. Too few, or a tie, leave everything as it was.</summary>
    internal static void Resolve(BlockContext context, ulong slot)
    {
        var challenge = DirectorStorage.Challenges.Get(context.State, slot);
        var result = DirectorStorage.Results.Get(context.State, slot);
        var decided = challenge.Voters >= context.Parameters.ChallengeQuorum && challenge.StakeFor != challenge.StakeAgainst;
        var upheld = challenge.StakeFor > challenge.StakeAgainst;
        if (!decided)
        {
            MustHold(Tokens.Release(context, HoldReason.ChallengeBond, challenge.Challenger, challenge.Bond));
            context.Deposit(new DirectorEvents.ChallengeExpired(slot, challenge.Challenger));
        }
        else if (upheld)
        {
            Uphold(context, challenge, result);
        }
        else
        {
            MustHold(Tokens.BurnHeld(context, HoldReason.ChallengeBond, challenge.Challenger, challenge.Bond));
            context.Deposit(new DirectorEvents.ChallengeRejected(slot, challenge.Challenger));
        }

        foreach (var (validator, vote) in DirectorStorage.ChallengeVotes.Entries(context.State, slot).ToArray())
        {
            DirectorStorage.ChallengeVotes.Remove(context.State, slot, validator);
            if (decided)
            {
                var kind = vote == upheld ? ReputationEventKind.ValidatorVoteCorrect : ReputationEventKind.ValidatorVoteIncorrect;
                Reputations.Record(context, validator, kind, slot);
                if (vote == upheld)
                {
                    TreasuryServices.RecordWork(context, validator, WorkKind.ValidatorVote);
                }
            }
        }

        DirectorStorage.Challenges.Remove(context.State, slot);
        if (!decided || !upheld)
        {
            Slots.Finalise(context, slot);
        }
    }

    /// <summary>Ends a challenge whose result is void: the bond goes back.</summary>
    internal static void Drop(BlockContext context, ulong slot)
    {
        if (!DirectorStorage.Challenges.TryGet(context.State, slot, out var challenge))
        {
            return;
        }

        MustHold(Tokens.Release(context, HoldReason.ChallengeBond, challenge.Challenger, challenge.Bond));
        foreach (var (validator, _) in DirectorStorage.ChallengeVotes.Entries(context.State, slot).ToArray())
        {
            DirectorStorage.ChallengeVotes.Remove(context.State, slot, validator);
        }

        DirectorStorage.Challenges.Remove(context.State, slot);
        context.Deposit(new DirectorEvents.ChallengeExpired(slot, challenge.Challenger));
    }

    private static void Uphold(BlockContext context, Challenge challenge, SlotResult result)
    {
        MustHold(Tokens.Release(context, HoldReason.ChallengeBond, challenge.Challenger, challenge.Bond));
        UInt128 slashed = 0;
        var reward = context.Parameters.ChallengeReward;
        foreach (var signer in result.Signers)
        {
            // The reward comes out of what the signers lose: nothing is minted.
            var (taken, paid) = Staking.Slash(context, signer, context.Parameters.DirectorSlash, SlashReason.BftFailure, challenge.Challenger, reward);
            slashed += taken;
            reward -= paid;
            Reputations.Record(context, signer, ReputationEventKind.DirectorSlotRejected, result.Slot);
        }

        DirectorStorage.Results.Set(context.State, result.Slot, result with { Success = false });
        context.Deposit(new DirectorEvents.ChallengeUpheld(result.Slot, challenge.Challenger, slashed));
        BftArchive.Failed(context, result.Slot);
        Slots.Close(context, result.Slot, SlotStatus.Failed, success: false);
    }

    private static bool IsInvolved(BlockContext context, SlotResult result, AccountId who) =>
        result.Signers.Contains(who) || Epochs.Find(context.State, result.Epoch)?.Directors.Contains(who) == true;

    private static void MustHold(DispatchResult result)
    {
        if (result.IsError)
        {
            throw new InvalidOperationException($"A bond is not held: {result}.");
        }
    }
}
