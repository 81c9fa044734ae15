using Nsn.Protocol.Ledger.Codecs;
using Nsn.Protocol.Ledger.Runtime;

namespace Nsn.Protocol.Ledger.Pallets.Treasury;

/// <summary>Emission for work, and the network's own money.</summary>
public static class TreasuryPallet
{
    /// <summary>As clients see it.</summary>
    public const string Name = "NsnTreasury";

    internal const byte Index = 55;

    /// <summary>The pallet.</summary>
    public static Pallet Pallet { get; } = new(Index, Name)
    {
        Calls =
        [
            CallDefinition.Signed<TreasuryCalls.FundTreasury>(0, "fund_treasury", Weights.Of(2, 2),
                Codec.Record<TreasuryCalls.FundTreasury>("fund_treasury").With("amount", Codec.U128, static c => c.Amount).Build(static amount => new(amount)),
                TreasuryServices.Fund),
            CallDefinition.Signed<TreasuryCalls.ClaimRewards>(1, "claim_rewards", Weights.Of(205, 205),
                Codec.Record<TreasuryCalls.ClaimRewards>("claim_rewards").With("day", Codec.U32, static c => c.Day).With("account", Codec.Account, static c => c.Account)
                    .Build(static (day, account) => new(day, account)),
                static (context, _, call) => TreasuryServices.Claim(context, call)),
            CallDefinition.Signed<TreasuryCalls.Propose>(2, "propose", Weights.Of(7, 7),
                Codec.Record<TreasuryCalls.Propose>("propose").With("beneficiary", Codec.Account, static c => c.Beneficiary).With("amount", Codec.U128, static c => c.Amount)
                    .Build(static (beneficiary, amount) => new(beneficiary, amount)),
                TreasuryServices.Propose),
            CallDefinition.Signed<TreasuryCalls.Vote>(3, "vote", Weights.Of(3, 4),
                Codec.Record<TreasuryCalls.Vote>("vote").With("proposal", Codec.U32, static c => c.Proposal).With("approve", Codec.Bool, static c => c.Approve)
                    .Build(static (proposal, approve) => new(proposal, approve)),
                TreasuryServices.Vote),
        ],
        Events =
        [
            EventDefinition.Of(0, Codec.Record<TreasuryEvents.TreasuryFunded>("TreasuryFunded")
                .With("funder", Codec.Account, static e => e.Funder).With("amount", Codec.U128, static e => e.Amount).Build(static (funder, amount) => new(funder, amount))),
            EventDefinition.Of(1, Codec.Record<TreasuryEvents.DayClosed>("DayClosed")
                .With("day", Codec.U32, static e => e.Day).With("emission", Codec.U128, static e => e.Emission).With("to_treasury", Codec.U128, static e => e.ToTreasury)
                .Build(static (day, emission, part) => new(day, emission, part))),
            EventDefinition.Of(2, Codec.Record<TreasuryEvents.RewardPaid>("RewardPaid")
                .With("day", Codec.U32, static e => e.Day).With("account", Codec.Account, static e => e.Account).With("amount", Codec.U128, static e => e.Amount)
                .Build(static (day, account, amount) => new(day, account, amount))),
            EventDefinition.Of(3, Codec.Record<TreasuryEvents.Proposed>("Proposed")
                .With("id", Codec.U32, static e => e.Id).With("proposer", Codec.Account, static e => e.Proposer)
                .With("beneficiary", Codec.Account, static e => e.Beneficiary).With("amount", Codec.U128, static e => e.Amount)
                .Build(static (id, proposer, beneficiary, amount) => new(id, proposer, beneficiary, amount))),
            EventDefinition.Of(4, Codec.Record<TreasuryEvents.ProposalApproved>("ProposalApproved")
                .With("id", Codec.U32, static e => e.Id).With("beneficiary", Codec.Account, static e => e.Beneficiary).With("amount", Codec.U128, static e => e.Amount)
                .Build(static (id, beneficiary, amount) => new(id, beneficiary, amount))),
            EventDefinition.Of(5, Codec.Record<TreasuryEvents.ProposalRejected>("ProposalRejected").With("id", Codec.U32, static e => e.Id).Build(static id => new(id))),
        ],
        Errors = TreasuryErrors.All,
        Storage =
        [
            TreasuryStorage.Contributions, TreasuryStorage.Today, TreasuryStorage.Days, TreasuryStorage.NextProposal, TreasuryStorage.Proposals,
            TreasuryStorage.ProposalVotes, TreasuryStorage.ProposalOf,
        ],
        OnInitialize = TreasuryServices.OnInitialize,
        OnDue = TreasuryServices.OnDue,
    };
}
