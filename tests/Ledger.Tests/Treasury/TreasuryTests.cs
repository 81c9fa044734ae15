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
