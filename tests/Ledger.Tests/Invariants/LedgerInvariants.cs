using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger;
using Nsn.Protocol.Ledger.Pallets;
using Nsn.Protocol.Ledger.Pallets.Balances;
using Nsn.Protocol.Ledger.Pallets.Bootstrap;
using Nsn.Protocol.Ledger.Pallets.Director;
using Nsn.Protocol.Ledger.Pallets.FrameSystem;
using Nsn.Protocol.Ledger.Pallets.ModelRegistry;
using Nsn.Protocol.Ledger.Pallets.Stake;
using Nsn.Protocol.Ledger.Pallets.Storage;
using Nsn.Protocol.Ledger.Pallets.TaskMarket;
using Nsn.Protocol.Ledger.Pallets.TransactionPayment;
using Nsn.Protocol.Ledger.Pallets.Treasury;

namespace Nsn.Ledger.Tests.Invariants;

/// <summary>What must hold after every block, numbered as in the specification.</summary>
internal static class LedgerInvariants
{
    public static void Check(LedgerRuntime runtime, LedgerState before, SealedBlock block)
    {
        StakeTotals(block.State);
        Delegations(runtime, block.State);
        EveryHoldHasItsReason(block.State);
        Directors(runtime, block.State);
        ResultsEnd(runtime, block.State);
        Supply(before, block);
        var signers = BootstrapPallet.TrustedSigners.Get(block.State.Storage).Count - BootstrapPallet.RevokedSigners.Get(block.State.Storage).Count;
        Assert.True(signers >= BootstrapPallet.SignerQuorum.Get(block.State.Storage), "12: fewer trusted signers than the quorum");
    }

    private static void StakeTotals(LedgerState state)
    {
        var stakes = StakeStorage.Stakes.Entries(state.Storage).Select(entry => entry.Value).ToArray();
        var total = StakeStorage.TotalStaked.Get(state.Storage);
        Assert.Equal(total, Sum(stakes.Select(stake => stake.Amount)));
        Assert.Equal(total, Sum(StakeStorage.RegionStakes.Entries(state.Storage).Select(entry => entry.Value)));
        foreach (var group in stakes.GroupBy(stake => stake.Region))
        {
            Assert.Equal(StakeStorage.RegionStakes.Get(state.Storage, group.Key), Sum(group.Select(stake => stake.Amount)));
        }
    }

    private static void Delegations(LedgerRuntime runtime, LedgerState state)
    {
        var all = StakeStorage.Delegations.Entries(state.Storage).ToArray();
        foreach (var (validator, stake) in StakeStorage.Stakes.Entries(state.Storage))
        {
            var mine = all.Where(entry => entry.Key.First == validator).ToArray();
            Assert.Equal(stake.DelegatedToMe, Sum(mine.Select(entry => entry.Value)));
            Assert.Equal(stake.Delegators, (uint)mine.Length);
            Assert.True(stake.DelegatedToMe <= runtime.Parameters.DelegationMultiple * stake.Amount, "2: more delegated than five times the own stake");
            Assert.True(stake.Duty == DirectorDuty.None || stake.Amount >= runtime.Parameters.DirectorStake, "4: a duty without a director's stake");
        }

        foreach (var group in all.GroupBy(entry => entry.Key.Second))
        {
            Assert.Equal((uint)group.Count(), StakeStorage.DelegationCounts.Get(state.Storage, group.Key));
        }
    }

    private static void EveryHoldHasItsReason(LedgerState state)
    {
        var expected = new Dictionary<(AccountId, HoldReason), UInt128>();
        void Add(AccountId who, HoldReason reason, UInt128 amount) => expected[(who, reason)] = expected.GetValueOrDefault((who, reason)) + amount;
        foreach (var (who, stake) in StakeStorage.Stakes.Entries(state.Storage))
        {
            Add(who, HoldReason.Staking, stake.Amount);
        }

        foreach (var (pair, amount) in StakeStorage.Delegations.Entries(state.Storage))
        {
            Add(pair.Second, HoldReason.Delegating, amount);
        }

        foreach (var (who, chunks) in StakeStorage.Unbonding.Entries(state.Storage))
        {
            foreach (var chunk in chunks)
            {
                Add(who, chunk.Reason, chunk.Amount);
            }
        }

        foreach (var (_, challenge) in DirectorStorage.Challenges.Entries(state.Storage))
        {
            Add(challenge.Challenger, HoldReason.ChallengeBond, challenge.Bond);
        }

        foreach (var (_, deal) in StorageItems.Deals.Entries(state.Storage))
        {
            Add(deal.Creator, HoldReason.DealPayment, deal.Payment - deal.Paid);
        }

        foreach (var (_, task) in TaskStorage.Tasks.Entries(state.Storage).Where(entry => !entry.Value.IsOver))
        {
            Add(task.Terms.Requester, HoldReason.TaskEscrow, task.Terms.Escrow);
        }

        foreach (var (_, model) in Registry.Models.Entries(state.Storage))
        {
            Add(model.Owner, HoldReason.RegistryDeposit, model.Deposit);
        }

        foreach (var (_, renderer) in Registry.Renderers.Entries(state.Storage))
        {
            Add(renderer.Owner, HoldReason.RegistryDeposit, renderer.Deposit);
        }

        var held = BalancesStorage.Holds.Entries(state.Storage).SelectMany(entry => entry.Value.Select(hold => ((entry.Key, hold.Reason), hold.Amount)))
            .ToDictionary(entry => entry.Item1, entry => entry.Amount);
        Assert.Equal(expected.Where(entry => entry.Value > 0).OrderBy(entry => entry.Key), held.OrderBy(entry => entry.Key));
        foreach (var (who, account) in SystemStorage.Account.Entries(state.Storage))
        {
            Assert.Equal(account.Data.Reserved, Sum(BalancesStorage.Holds.Get(state.Storage, who).Select(hold => hold.Amount)));
            Assert.True(account.Data.Frozen <= account.Data.Free, $"3: {who} froze more than it has free");
        }
    }

    private static void Directors(LedgerRuntime runtime, LedgerState state)
    {
        foreach (var (_, epoch) in DirectorStorage.Epochs.Entries(state.Storage))
        {
            Assert.Equal(epoch.Directors.Count, epoch.Directors.Distinct().Count());
            Assert.Equal(epoch.Status == EpochStatus.Degraded, epoch.Directors.Count == 0 && epoch.Status != EpochStatus.Completed);
            Assert.True(epoch.Directors.Count == 0 || epoch.Directors.Count == runtime.Parameters.DirectorsPerEpoch, "6: a set that is neither full nor degraded");
        }

        foreach (var (slot, result) in DirectorStorage.Results.Entries(state.Storage))
        {
            var epoch = Epochs.Find(state.Storage, runtime.Parameters.EpochOfSlot(slot));
            Assert.True(epoch is null || result.Signers.All(epoch.Directors.Contains), "6: a signer outside of the epoch's directors");
        }
    }

    private static void ResultsEnd(LedgerRuntime runtime, LedgerState state)
    {
        foreach (var (slot, result) in DirectorStorage.Results.Entries(state.Storage))
        {
            var status = DirectorStorage.SlotStatuses.Get(state.Storage, slot);
            var age = state.Number - result.SubmittedAt;
            Assert.True(status != SlotStatus.Submitted || age <= runtime.Parameters.ChallengeBlocks, $"7: slot {slot} waits for {age} blocks");
            Assert.True(status != SlotStatus.Challenged || age <= 2 * runtime.Parameters.ChallengeBlocks, $"7: slot {slot} is disputed for {age} blocks");
        }
    }

    private static void Supply(LedgerState before, SealedBlock block)
    {
        var state = block.State;
        var issuance = BalancesStorage.TotalIssuance.Get(state.Storage);
        Assert.Equal(issuance, Sum(SystemStorage.Account.Entries(state.Storage).Select(entry => entry.Value.Data.Total)));
        var minted = UInt128.Zero;
        var burned = UInt128.Zero;
        foreach (var record in block.Events)
        {
            minted += record.Event is BalancesEvents.Minted mint ? mint.Amount : 0;
            burned += record.Event switch
            {
                BalancesEvents.Burned e => e.Amount,
                BalancesEvents.BurnedHeld e => e.Amount,
                BalancesEvents.DustLost e => e.Amount,
                TransactionPaymentEvents.TransactionFeePaid e => e.ActualFee,
                _ => 0,
            };
        }

        Assert.Equal(BalancesStorage.TotalIssuance.Get(before.Storage) + minted - burned, issuance);
        var rewards = Sum(block.Events.Select(record => record.Event).OfType<TreasuryEvents.RewardPaid>().Select(e => e.Amount));
        var toTreasury = Sum(block.Events.Select(record => record.Event).OfType<TreasuryEvents.DayClosed>().Select(e => e.ToTreasury));
        Assert.Equal(rewards + toTreasury, minted);
        _ = Tokens.Of(state.Storage, SovereignAccount.Treasury);
    }

    private static UInt128 Sum(IEnumerable<UInt128> amounts) => amounts.Aggregate(UInt128.Zero, static (sum, amount) => sum + amount);
}
