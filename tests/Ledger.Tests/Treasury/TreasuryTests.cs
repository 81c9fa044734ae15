using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger;
using Nsn.Protocol.Ledger.Pallets;
using Nsn.Protocol.Ledger.Pallets.Balances;
using Nsn.Protocol.Ledger.Pallets.Bft;
using Nsn.Protocol.Ledger.Pallets.Director;
using Nsn.Protocol.Ledger.Pallets.Stake;
using Nsn.Protocol.Ledger.Pallets.Treasury;
using Nsn.Protocol.Ledger.Runtime;

namespace Nsn.Ledger.Tests.Treasury;

public sealed class TreasuryTests
{
    [Fact]
    public void Emission_falls_by_fifteen_percent_a_year()
    {
        Assert.Equal(UInt128.Zero, Emission.OfYear(0));
        Assert.Equal(Units.Nsn(100_000_000), Emission.OfYear(1));
        Assert.Equal(Units.Nsn(85_000_000), Emission.OfYear(2));
        Assert.Equal(Units.Nsn(72_250_000), Emission.OfYear(3));
        Assert.Equal(Units.OneNsn * 52_200_625, Emission.OfYear(5));
        var main = LedgerParameters.Main;
        Assert.Equal(Emission.OfYear(1) / 365, Emission.OfDayEndingAt(5_256_000, main));
        Assert.Equal(Emission.OfYear(2) / 365, Emission.OfDayEndingAt(5_256_000 + 14_400, main));
        var total = Enumerable.Range(1, 400).Aggregate(UInt128.Zero, (sum, year) => sum + Emission.OfYear((uint)year));
        Assert.InRange(total, Units.Nsn(666_666_666), Units.Nsn(666_666_667));
    }

    [Fact]
    public void E1_E2_work_is_counted_by_the_ledger_and_the_treasurys_share_is_minted()
    {
        var chain = new TestChain(TestNetworks.Fast) { Replay = false };
        chain.SealTo(8);
        chain.Ok("Viewer1", new DirectorCalls.SubmitCertificate(TestNetworks.Certify(chain, 1, 4).Encode()));
        var signers = DirectorStorage.Results.Get(chain.State.Storage, 1).Signers;
        chain.SealTo(40);
        var daily = Emission.OfYear(1) / 365;
        Assert.Equal(daily * 15 / 100, Tokens.Of(chain.State.Storage, SovereignAccount.Treasury).Free);
        var before = Tokens.Of(chain.State.Storage, signers[0]).Free;
        chain.Ok("Viewer1", new TreasuryCalls.ClaimRewards(0, signers[0]));
        Assert.Equal(before + (daily * 40 / 100 / 4), Tokens.Of(chain.State.Storage, signers[0]).Free);
        chain.Fails(TreasuryErrors.NothingToClaim, "Viewer1", new TreasuryCalls.ClaimRewards(0, signers[0]));
        chain.Fails(TreasuryErrors.NothingToClaim, "Viewer1", new TreasuryCalls.ClaimRewards(0, TestChain.Account("Viewer1")));
        chain.Fails(TreasuryErrors.NothingToClaim, "Viewer1", new TreasuryCalls.ClaimRewards(1, signers[1]));
    }

    [Fact]
    public void S8_delegators_share_the_rewards_of_those_they_back()
    {
        var chain = new TestChain(TestNetworks.Fast) { Replay = false };
        var director = Epochs.Find(chain.State.Storage, 0)!.Directors[0];
        chain.Ok("Viewer2", new StakeCalls.Delegate(director, Units.Nsn(200)));
        chain.SealTo(8);
        chain.Ok("Viewer1", new DirectorCalls.SubmitCertificate(TestNetworks.Certify(chain, 1, 5).Encode()));
        chain.SealTo(40);
        var reward = Emission.OfYear(1) / 365 * 40 / 100 / 5;
        var (free, mine) = (chain.Free("Viewer2"), Tokens.Of(chain.State.Storage, director).Free);
        chain.Ok("Viewer1", new TreasuryCalls.ClaimRewards(0, director));
        var share = chain.Free("Viewer2") - free;
        var shared = reward - (reward * 20 / 100);
        Assert.Equal(shared / 2, share);
        Assert.Equal(reward - share, Tokens.Of(chain.State.Storage, director).Free - mine);
    }

    [Fact]
    public void E1_proposals_are_paid_from_money_that_is_there()
    {
        var chain = new TestChain(TestNetworks.Fast) { Replay = false };
        chain.Ok("Viewer1", new TreasuryCalls.FundTreasury(Units.Nsn(50)));
        chain.Fails(TreasuryErrors.InsufficientTreasuryFunds, "Alice", new TreasuryCalls.Propose(TestChain.Account("Viewer2"), Units.Nsn(51)));
        chain.Fails(TreasuryErrors.NotValidator, "Viewer1", new TreasuryCalls.Propose(TestChain.Account("Viewer2"), Units.Nsn(1)));
        chain.Ok("Alice", new TreasuryCalls.Propose(TestChain.Account("Viewer2"), Units.Nsn(30)));
        chain.Fails(TreasuryErrors.ProposalPending, "Alice", new TreasuryCalls.Propose(TestChain.Account("Viewer2"), Units.Nsn(1)));
        Assert.Equal(Units.Nsn(10), chain.Balance("Alice").Frozen);
        foreach (var name in new[] { "Alice", "Bob", "Charlie" })
        {
            chain.Submit(name, new TreasuryCalls.Vote(0, true));
        }

        chain.Submit("Dave", new TreasuryCalls.Vote(0, false));
        chain.Submit("Dave", new TreasuryCalls.Vote(0, false));
        chain.Seal();
        Assert.True(chain.Last!.Outcomes[^1].Result.IsError);
        var before = chain.Free("Viewer2");
        chain.SealTo(chain.State.Number + 10);
        Assert.Equal(before + Units.Nsn(30), chain.Free("Viewer2"));
        Assert.Equal(UInt128.Zero, chain.Balance("Alice").Frozen);
        Assert.Equal(Units.Nsn(20), Tokens.Of(chain.State.Storage, SovereignAccount.Treasury).Free);

        // Without a fifth of all stake in favour, nothing is paid.
        chain.Ok("Alice", new TreasuryCalls.Propose(TestChain.Account("Viewer2"), Units.Nsn(10)));
        chain.Ok("Validator1", new TreasuryCalls.Vote(1, true));
        chain.SealTo(chain.State.Number + 10);
        Assert.Equal(before + Units.Nsn(30), chain.Free("Viewer2"));
    }

    [Fact]
    public void E3_a_days_end_pays_nobody_so_no_dead_account_can_stop_the_rewards_of_others()
    {
        var chain = new TestChain(TestNetworks.Fast);
        var context = new BlockContext(chain.State.Storage, chain.Runtime.Parameters, LedgerRuntime.Calls, 40, chain.State.GenesisHash, chain.State.Hash);
        var (dead, living) = (new AccountId(Blake2b.Hash256([9]).AsSpan()), TestChain.Account("Viewer1"));
        TreasuryStorage.Contributions.Set(context.State, 0, dead, new WorkUnits(0, 1, 0));
        TreasuryStorage.Contributions.Set(context.State, 0, living, new WorkUnits(0, 1_000_000_000_000, 0));
        TreasuryStorage.Today.Set(context.State, new WorkUnits(0, 1_000_000_000_001, 0));
        var before = Tokens.Of(context.State, living).Free;
        var issued = BalancesStorage.TotalIssuance.Get(context.State);
        TreasuryServices.OnInitialize(context);

        // The day's end mints the treasury's share and nothing else; each account is paid by a claim of its own, whatever becomes of the others.
        Assert.Equal(before, Tokens.Of(context.State, living).Free);
        Assert.Equal(issued + Tokens.Of(context.State, SovereignAccount.Treasury).Free, BalancesStorage.TotalIssuance.Get(context.State));
        Assert.Equal(DispatchError.BelowMinimum, context.Transact(() => TreasuryServices.Claim(context, new TreasuryCalls.ClaimRewards(0, dead))).Error);
        Assert.False(context.Transact(() => TreasuryServices.Claim(context, new TreasuryCalls.ClaimRewards(0, living))).IsError);
        Assert.True(Tokens.Of(context.State, living).Free > before);
    }

    [Fact]
    public void E3_the_largest_emission_times_the_most_work_does_not_overflow()
    {
        var day = new DayRecord(Emission.OfYear(1), new WorkUnits(ulong.MaxValue, ulong.MaxValue, 1));
        Assert.Equal(day.Emission * 65 / 100, day.RewardFor(new WorkUnits(ulong.MaxValue, ulong.MaxValue, 0)));
    }

    [Fact]
    public void E4_a_proposals_number_never_comes_back_and_what_nobody_claims_is_never_minted()
    {
        var chain = new TestChain(TestNetworks.Fast) { Replay = false };
        chain.Ok("Viewer1", new TreasuryCalls.FundTreasury(Units.Nsn(50)));
        foreach (var (name, expected) in new[] { ("Alice", 0u), ("Alice", 1u), ("Bob", 2u) })
        {
            chain.Ok(name, new TreasuryCalls.Propose(TestChain.Account("Viewer2"), Units.Nsn(1)));
            Assert.Equal(expected, chain.Events<TreasuryEvents.Proposed>().Single().Id);
            chain.SealTo(chain.State.Number + 10);
            Assert.False(TreasuryStorage.Proposals.Contains(chain.State.Storage, expected));
            chain.Fails(TreasuryErrors.ProposalNotFound, "Bob", new TreasuryCalls.Vote(expected, true));
        }

        // Work of a day that nobody has paid: after the time for claims it is gone, and with it the right to its tokens.
        var start = chain.State.Number / 40 * 40 + 40;
        chain.SealTo(start + 8);
        var slot = chain.Runtime.Parameters.SlotOf(chain.State.Number);
        chain.Ok("Viewer1", new DirectorCalls.SubmitCertificate(TestNetworks.Certify(chain, slot, 4).Encode()));
        var signer = DirectorStorage.Results.Get(chain.State.Storage, slot).Signers[0];
        chain.SealTo(start + 40);
        var day = start / 40;
        Assert.True(TreasuryStorage.Contributions.Contains(chain.State.Storage, day, signer));
        chain.SealTo(chain.State.Number + (chain.Runtime.Parameters.ClaimDays * 40) + 1);
        Assert.False(TreasuryStorage.Days.Contains(chain.State.Storage, day));
        chain.Fails(TreasuryErrors.NothingToClaim, "Viewer1", new TreasuryCalls.ClaimRewards(day, signer));
    }

    [Fact]
    public void B1_the_average_counts_successful_rounds_only_and_B2_the_archive_fills_itself()
    {
        var chain = new TestChain(TestNetworks.Fast) { Replay = false };
        chain.SealTo(26);
        chain.Ok("Viewer1", new DirectorCalls.SubmitCertificate(TestNetworks.Certify(chain, 3, 5).Encode()));
        chain.SealTo(34);
        var stats = BftArchive.Stats.Get(chain.State.Storage);
        Assert.Equal((1UL, 500UL), (stats.Successful, stats.AverageDirectorsHundredths));
        Assert.True(stats.Failed > 0);
        Assert.Equal([1UL, 2UL, 3UL], BftArchive.Range(chain.State.Storage, 0, 3).Select(round => round.Slot));
        Assert.True(BftArchive.EmbeddingsHashes.Get(chain.State.Storage, 1).IsZero);
        chain.SealTo(34 + 160);
        Assert.Empty(BftArchive.Range(chain.State.Storage, 0, 3));
    }

    [Fact]
    public void A_context_rolls_events_back_with_the_state()
    {
        var chain = new TestChain(TestNetworks.Fast);
        var context = TestChain.ContextAfter(chain);
        var root = context.State.Commit().Root;
        var result = context.Transact(() =>
        {
            Tokens.Mint(context, TestChain.Account("Viewer1"), 5);
            return DispatchError.FundsUnavailable;
        });
        Assert.True(result.IsError);
        Assert.Empty(context.Events);
        Assert.Equal(root, context.State.Commit().Root);
    }
}
