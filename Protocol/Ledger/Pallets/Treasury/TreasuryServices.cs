using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Codecs;
using Nsn.Protocol.Ledger.Pallets.Agenda;
using Nsn.Protocol.Ledger.Pallets.Balances;
using Nsn.Protocol.Ledger.Pallets.Stake;
using Nsn.Protocol.Ledger.Runtime;

namespace Nsn.Protocol.Ledger.Pallets.Treasury;

/// <summary>Paying for work, and spending what the network keeps.</summary>
public static class TreasuryServices
{
    /// <summary>What a director, validator or pinner keeps of a reward before it is shared with those who delegated to it, in percent.</summary>
    public const uint CommissionPercent = 20;

    private const byte ForgetDay = 0;
    private const byte CloseProposal = 1;

    /// <summary>Counts work, to be paid after the day.</summary>
    internal static void RecordWork(BlockContext context, AccountId account, WorkKind kind)
    {
        var day = context.Number / context.Parameters.BlocksPerDay;
        TreasuryStorage.Contributions.TryGet(context.State, day, account, out var work);
        TreasuryStorage.Contributions.Set(context.State, day, account, work.Plus(kind));
        TreasuryStorage.Today.Set(context.State, TreasuryStorage.Today.Get(context.State).Plus(kind));
    }

    /// <summary>At the start of a day: fixes what the day before pays. The treasury's 15 % are minted now, all else when it is claimed.</summary>
    internal static void OnInitialize(BlockContext context)
    {
        if (context.Number % context.Parameters.BlocksPerDay != 0)
        {
            return;
        }

        var day = (context.Number / context.Parameters.BlocksPerDay) - 1;
        var emission = Emission.OfDayEndingAt(context.Number, context.Parameters);
        TreasuryStorage.Days.Set(context.State, day, new DayRecord(emission, TreasuryStorage.Today.Get(context.State)));
        TreasuryStorage.Today.Remove(context.State);
        var toTreasury = emission * 15 / 100;
        if (Tokens.Mint(context, SovereignAccount.Treasury, toTreasury).IsError)
        {
            toTreasury = 0; // Less than the existential deposit: centuries from now.
        }

        AgendaPallet.Schedule(
            context, context.Number + (context.Parameters.ClaimDays * context.Parameters.BlocksPerDay), TreasuryPallet.Index, ForgetDay, Codec.U32.Encode(day));
        context.Deposit(new TreasuryEvents.DayClosed(day, emission, toTreasury));
    }

    internal static DispatchResult Fund(BlockContext context, AccountId who, TreasuryCalls.FundTreasury call)
    {
        if (Tokens.Transfer(context, who, SovereignAccount.Treasury, call.Amount, keepAlive: true) is { IsError: true } refusal)
        {
            return refusal;
        }

        context.Deposit(new TreasuryEvents.TreasuryFunded(who, call.Amount));
        return DispatchResult.Ok;
    }

    internal static DispatchResult Claim(BlockContext context, TreasuryCalls.ClaimRewards call)
    {
        if (!TreasuryStorage.Days.TryGet(context.State, call.Day, out var day)
            || !TreasuryStorage.Contributions.TryGet(context.State, call.Day, call.Account, out var work))
        {
            return TreasuryErrors.NothingToClaim;
        }

        var reward = day.RewardFor(work);
        if (reward == 0)
        {
            return TreasuryErrors.NothingToClaim;
        }

        TreasuryStorage.Contributions.Remove(context.State, call.Day, call.Account);
        if (Pay(context, call.Account, reward) is { IsError: true } refusal)
        {
            return refusal;
        }

        context.Deposit(new TreasuryEvents.RewardPaid(call.Day, call.Account, reward));
        return DispatchResult.Ok;
    }

    internal static DispatchResult Propose(BlockContext context, AccountId who, TreasuryCalls.Propose call)
    {
        if (call.Amount == 0)
        {
            return TreasuryErrors.ZeroAmount;
        }

        if (!Staking.IsValidator(context.State, context.Parameters, who))
        {
            return TreasuryErrors.NotValidator;
        }

        if (TreasuryStorage.ProposalOf.Contains(context.State, who))
        {
            return TreasuryErrors.ProposalPending;
        }

        if (Tokens.Of(context.State, SovereignAccount.Treasury).Usable < call.Amount)
        {
            return TreasuryErrors.InsufficientTreasuryFunds;
        }

        if (Tokens.Of(context.State, who).Free < context.Parameters.ProposalDeposit)
        {
            return DispatchError.FundsUnavailable;
        }

        var id = TreasuryStorage.NextProposal.Get(context.State);
        var deadline = context.Number + context.Parameters.ProposalBlocks;
        Tokens.SetFreeze(context, FreezeReason.Proposing, who, context.Parameters.ProposalDeposit);
        TreasuryStorage.NextProposal.Set(context.State, id + 1);
        TreasuryStorage.ProposalOf.Set(context.State, who, id);
        TreasuryStorage.Proposals.Set(context.State, id, new Proposal(who, call.Beneficiary, call.Amount, 0, 0, deadline));
        AgendaPallet.Schedule(context, deadline + 1, TreasuryPallet.Index, CloseProposal, Codec.U32.Encode(id));
        context.Deposit(new TreasuryEvents.Proposed(id, who, call.Beneficiary, call.Amount));
        return DispatchResult.Ok;
    }

    internal static DispatchResult Vote(BlockContext context, AccountId who, TreasuryCalls.Vote call)
    {
        if (!TreasuryStorage.Proposals.TryGet(context.State, call.Proposal, out var proposal))
        {
            return TreasuryErrors.ProposalNotFound;
        }

        if (!Staking.IsValidator(context.State, context.Parameters, who))
        {
            return TreasuryErrors.NotValidator;
        }

        if (TreasuryStorage.ProposalVotes.Contains(context.State, call.Proposal, who))
        {
            return TreasuryErrors.AlreadyVoted;
        }

        var stake = Staking.Of(context.State, who).Amount;
        TreasuryStorage.ProposalVotes.Set(context.State, call.Proposal, who, call.Approve);
        TreasuryStorage.Proposals.Set(context.State, call.Proposal, proposal with
        {
            StakeFor = proposal.StakeFor + (call.Approve ? stake : 0),
            StakeAgainst = proposal.StakeAgainst + (call.Approve ? 0 : stake),
        });
        return DispatchResult.Ok;
    }

    internal static DispatchResult OnDue(BlockContext context, byte kind, byte[] key)
    {
        var id = Codec.U32.Decode(key);
        if (kind == ForgetDay)
        {
            // What nobody claimed is never minted.
            TreasuryStorage.Days.Remove(context.State, id);
            foreach (var (account, _) in TreasuryStorage.Contributions.Entries(context.State, id).ToArray())
            {
                TreasuryStorage.Contributions.Remove(context.State, id, account);
            }

            return DispatchResult.Ok;
        }

        Close(context, id, TreasuryStorage.Proposals.Get(context.State, id));
        return DispatchResult.Ok;
    }

    /// <summary>More stake for than against, and a fifth of all stake for: paid, if the treasury still has it.</summary>
    private static void Close(BlockContext context, uint id, Proposal proposal)
    {
        Tokens.SetFreeze(context, FreezeReason.Proposing, proposal.Proposer, 0);
        TreasuryStorage.ProposalOf.Remove(context.State, proposal.Proposer);
        TreasuryStorage.Proposals.Remove(context.State, id);
        foreach (var (voter, _) in TreasuryStorage.ProposalVotes.Entries(context.State, id).ToArray())
        {
            TreasuryStorage.ProposalVotes.Remove(context.State, id, voter);
        }

        var approved = proposal.StakeFor > proposal.StakeAgainst && proposal.StakeFor * 5 >= StakeStorage.TotalStaked.Get(context.State);
        if (approved && !Tokens.Transfer(context, SovereignAccount.Treasury, proposal.Beneficiary, proposal.Amount, keepAlive: false).IsError)
        {
            context.Deposit(new TreasuryEvents.ProposalApproved(id, proposal.Beneficiary, proposal.Amount));
        }
        else
        {
            context.Deposit(new TreasuryEvents.ProposalRejected(id));
        }
    }

    /// <summary>Mints a reward: a commission for the worker, the rest in proportion to stake and delegations; roundings go to the worker.</summary>
    private static DispatchResult Pay(BlockContext context, AccountId worker, UInt128 reward)
    {
        var stake = Staking.Of(context.State, worker);
        var left = reward;
        if (stake.DelegatedToMe > 0)
        {
            var shared = reward - (reward * CommissionPercent / 100);
            foreach (var (delegator, amount) in StakeStorage.Delegations.Entries(context.State, worker).ToArray())
            {
                var part = Units.Share(shared, amount, stake.Amount + stake.DelegatedToMe);
                if (part > 0 && !Tokens.Mint(context, delegator, part).IsError)
                {
                    left -= part;
                }
            }
        }

        return Tokens.Mint(context, worker, left);
    }
}
