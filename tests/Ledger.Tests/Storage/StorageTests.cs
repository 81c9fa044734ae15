using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Elections;
using Nsn.Protocol.Ledger;
using Nsn.Protocol.Ledger.Genesis;
using Nsn.Protocol.Ledger.Pallets.Balances;
using Nsn.Protocol.Ledger.Pallets.Reputation;
using Nsn.Protocol.Ledger.Pallets.Stake;
using Nsn.Protocol.Ledger.Pallets.Storage;

namespace Nsn.Ledger.Tests.Storage;

public sealed class StorageTests
{
    private static readonly byte[][] s_leaves = [.. Enumerable.Range(0, 37).Select(i => Enumerable.Repeat((byte)i, 64).ToArray())];
    private static readonly LedgerParameters s_parameters = TestNetworks.Fast.Parameters;

    private static TestChain Chain(uint audits = 0) =>
        new(TestNetworks.Fast with { Parameters = s_parameters with { AuditChancePerHourMillionths = audits } }) { Replay = false };

    [Theory]
    [InlineData(9)]
    [InlineData(21)]
    public void A_deal_has_ten_to_twenty_shards(int shards)
    {
        var chain = Chain();
        chain.Fails(shards < 10 ? StorageErrors.InsufficientShards : StorageErrors.TooManyShards, "Requester1", Deal(shards, 20, 100));
    }

    [Fact]
    public void T1_T7_a_large_payment_is_paid_to_the_unit_and_the_rest_goes_back()
    {
        var chain = Chain();
        var free = chain.Free("Requester1");
        var payment = Units.Nsn(5_000) + 12_345;
        chain.Ok("Requester1", new StorageCalls.CreateDeal(Deal(14, 1, 1).Shards, 25, payment));
        var fees = chain.Last!.Outcomes[1].Fee;
        chain.SealTo(21);
        var share = payment / 2 / 70;
        var refund = chain.Events<StorageEvents.DealExpired>().Single().Refund;
        Assert.Equal(payment - (share * 70 * 2), refund);
        Assert.Equal(free - fees - (share * 140), chain.Free("Requester1"));
        Assert.Empty(StorageItems.Deals.Entries(chain.State.Storage));
        Assert.Empty(StorageItems.Shards.Entries(chain.State.Storage));
        chain.Fails(StorageErrors.InvalidDuration, "Requester1", Deal(14, 9, 100));
    }

    [Fact]
    public void T2_shards_are_spread_over_nodes_and_regions()
    {
        var nodes = Enumerable.Range(0, 70).Select(i => (new AccountId(Blake2b.Hash256([(byte)i]).AsSpan()), (Region)(i % 7))).ToArray();
        var assignment = PinnerAssignment.Assign(default, nodes, 14, 5, 2);
        Assert.All(assignment, pinners => Assert.Equal(5, pinners.Distinct().Count()));
        Assert.InRange(assignment.SelectMany(pinners => pinners).Distinct().Count(), 62, 70);
        Assert.All(assignment, pinners => Assert.True(
            pinners.GroupBy(pinner => nodes.First(node => node.Item1 == pinner).Item2).All(group => group.Count() <= 2)));
        var few = PinnerAssignment.Assign(default, [.. nodes.Where(node => node.Item2 == Region.Apac).Take(5)], 10, 5, 2);
        Assert.All(few, pinners => Assert.Equal(5, pinners.Distinct().Count()));
    }

    [Fact]
    public void T3_two_deals_with_the_same_shards_do_not_disturb_each_other()
    {
        var chain = Chain();
        chain.Submit("Requester1", Deal(10, 20, 100));
        chain.Submit("Requester1", Deal(10, 20, 100));
        chain.Seal();
        Assert.Equal(2, StorageItems.Deals.Entries(chain.State.Storage).Count());
        Assert.Equal(20, StorageItems.Shards.Entries(chain.State.Storage).Count());
    }

    [Fact]
    public void T4_T5_audits_hit_assigned_pinners_and_honest_ones_can_always_answer()
    {
        var chain = Chain(audits: 2_000_000_000);
        chain.Ok("Requester1", Deal(10, 50, 100));
        chain.SealTo(12);
        var audits = StorageItems.PendingAudits.Entries(chain.State.Storage).OrderBy(entry => entry.Key).Take(4).ToArray();
        Assert.NotEmpty(audits);
        foreach (var (id, audit) in audits)
        {
            var name = TestNetworks.NameOf(audit.Pinner);
            Assert.Contains(audit.Pinner, (StorageItems.Shards.TryGet(chain.State.Storage, audit.Deal, audit.Shard, out var shard) ? shard : null)!.Pinners);
            chain.Submit(name, new StorageCalls.SubmitAuditProof(id, s_leaves[audit.LeafIndex], LedgerMerkle.Prove(s_leaves, (int)audit.LeafIndex)));
        }

        chain.Seal();
        Assert.Equal(4, chain.Events<StorageEvents.AuditCompleted>().Count(e => e.Passed));
        var pinner = audits[0].Value.Pinner;
        Assert.Contains(chain.Events<ReputationEvents.ReputationRecorded>(), e => e.Account == pinner && e.EventType == ReputationEventKind.PinningAuditPassed);

        // An inner node cannot pose as a leaf: leaves and nodes are hashed under different first bytes.
        var node = s_leaves[0].Concat(s_leaves[1]).Take(64).ToArray();
        Assert.False(LedgerMerkle.Verify(LedgerMerkle.RootOf(s_leaves), node, 0, 19, LedgerMerkle.Prove(s_leaves, 0).Skip(1).ToArray()));
    }

    [Fact]
    public void T4_a_wrong_or_missing_answer_costs_ten_and_the_shard()
    {
        var chain = Chain(audits: 2_000_000_000);
        chain.Ok("Requester1", Deal(10, 50, 100));
        chain.SealTo(12);
        var audits = StorageItems.PendingAudits.Entries(chain.State.Storage).OrderBy(entry => entry.Key).ToArray();
        var (id, audit) = audits[0];
        var before = Staking.Of(chain.State.Storage, audit.Pinner).Amount;
        chain.Fails(StorageErrors.NotAuditTarget, "Viewer1", new StorageCalls.SubmitAuditProof(id, s_leaves[0], []));
        chain.Ok(TestNetworks.NameOf(audit.Pinner), new StorageCalls.SubmitAuditProof(id, new byte[64], []));
        Assert.Equal(before - Units.Nsn(10), Staking.Of(chain.State.Storage, audit.Pinner).Amount);
        Assert.DoesNotContain(audit.Pinner, StorageItems.Shards.Entries(chain.State.Storage, audit.Deal).First(entry => entry.Key == audit.Shard).Value.Pinners);
        chain.SealTo(20);
        Assert.DoesNotContain(StorageItems.PendingAudits.Entries(chain.State.Storage), entry => entry.Value.Deadline < 19);
    }

    [Fact]
    public void T6_the_first_deal_needs_no_funded_pallet_account_and_T10_a_deal_can_be_cancelled()
    {
        var chain = Chain();
        chain.Ok("Requester1", Deal(10, 50, 100));
        chain.Fails(StorageErrors.NotCreator, "Viewer1", new StorageCalls.CancelDeal(0));
        chain.Ok("Requester1", new StorageCalls.CancelDeal(0));
        chain.SealTo(11);
        Assert.Equal(Units.Nsn(80), chain.Events<StorageEvents.DealExpired>().Single().Refund);
        Assert.Equal(UInt128.Zero, Tokens.HeldFor(chain.State.Storage, HoldReason.DealPayment, TestChain.Account("Requester1")));
    }

    [Fact]
    public void R5_service_counts_when_the_creator_says_so_within_limits()
    {
        var chain = Chain();
        chain.Ok("Requester1", Deal(10, 50, 100));
        var shard = StorageItems.Shards.Entries(chain.State.Storage, 0).First(entry => entry.Key == 3).Value;
        chain.Fails(StorageErrors.NotPinner, "Requester1", new StorageCalls.AcknowledgeService(0, 3, TestChain.Account("Viewer1"), 5));
        chain.Ok("Requester1", new StorageCalls.AcknowledgeService(0, 3, shard.Pinners[0], 500));
        Assert.Equal(10UL, Reputations.At(chain.State.Storage, s_parameters, shard.Pinners[0], chain.State.Number).Seeder);
        chain.Fails(StorageErrors.AlreadyAcknowledged, "Requester1", new StorageCalls.AcknowledgeService(0, 3, shard.Pinners[1], 5));
    }

    [Fact]
    public void T8_a_pinner_that_failed_an_audit_is_not_paid_for_that_shard_any_more()
    {
        var chain = Chain(audits: 2_000_000_000);
        chain.Ok("Requester1", Deal(10, 50, 100));
        chain.SealTo(12);
        var (id, audit) = StorageItems.PendingAudits.Entries(chain.State.Storage).OrderBy(entry => entry.Key).First();
        var pinned = StorageItems.Shards.Entries(chain.State.Storage, audit.Deal).Count(entry => entry.Value.Pinners.Contains(audit.Pinner));
        chain.Ok(TestNetworks.NameOf(audit.Pinner), new StorageCalls.SubmitAuditProof(id, new byte[64], []));
        Assert.Equal(pinned - 1, StorageItems.Shards.Entries(chain.State.Storage, audit.Deal).Count(entry => entry.Value.Pinners.Contains(audit.Pinner)));

        // Everybody else keeps silent: whoever was audited has left the shard when the next interval is paid, so no more is paid than is still kept.
        chain.SealTo(20);
        var kept = StorageItems.Shards.Entries(chain.State.Storage, audit.Deal)
            .SelectMany(entry => entry.Value.Pinners)
            .Count(pinner => Staking.Of(chain.State.Storage, pinner).Amount >= s_parameters.SuperNodeStake);
        chain.Seal();
        var share = Units.Nsn(100) / 5 / 50;
        Assert.Equal(share * (uint)kept, chain.Events<StorageEvents.RewardsDistributed>().Single().Amount);
        Assert.InRange(kept, 0, 49);
    }

    [Fact]
    public void T8_a_pinner_without_a_super_nodes_stake_is_not_paid()
    {
        var chain = Chain();
        chain.Ok("Requester1", Deal(20, 20, 100));
        var pinners = StorageItems.Shards.Entries(chain.State.Storage, 0).SelectMany(entry => entry.Value.Pinners).ToArray();
        var leaver = DevAccounts.SuperNodes.First(name => pinners.Contains(TestChain.Account(name)));
        chain.SealTo(5);
        chain.Ok(leaver, new StakeCalls.WithdrawStake(Units.Nsn(20)));
        var before = chain.Free(leaver);
        chain.SealTo(11);
        Assert.Equal(before, chain.Free(leaver));
        var stay = pinners.Count(pinner => pinner != TestChain.Account(leaver));
        Assert.Equal(Units.Nsn(100) / 2 / 100 * (uint)stay, chain.Events<StorageEvents.RewardsDistributed>().Single().Amount);
    }

    [Fact]
    public void T8_more_deals_than_were_ever_scanned_at_once_are_all_paid_and_all_close()
    {
        var chain = Chain();
        for (var i = 0; i < 130; i++)
        {
            chain.Submit("Requester1", Deal(10, 20, 1));
        }

        var block = chain.Seal();
        Assert.DoesNotContain(block.Outcomes, outcome => outcome.Result.IsError);
        chain.SealTo(11);
        Assert.Equal(130, chain.Events<StorageEvents.RewardsDistributed>().Count(e => e.Amount > 0));
        chain.SealTo(21);
        Assert.Equal(130, chain.Events<StorageEvents.DealExpired>().Count());
        Assert.Empty(StorageItems.Deals.Entries(chain.State.Storage));
    }

    [Fact]
    public void T9_the_audit_chance_is_a_pure_function_of_the_stake()
    {
        var main = LedgerParameters.Main;
        Assert.Equal(10_000UL, AuditPolicy.ChancePerHour(main, Units.Nsn(50)));
        Assert.Equal(5_000UL, AuditPolicy.ChancePerHour(main, Units.Nsn(200)));
        Assert.Equal(2_500UL, AuditPolicy.ChancePerHour(main, Units.Nsn(800)));
        Assert.Equal(2_500UL, AuditPolicy.ChancePerHour(main, Units.Nsn(1000)));
        Assert.Equal(20_000UL, AuditPolicy.ChancePerHour(main, Units.Nsn(1)));
        foreach (var k in new ulong[] { 3, 8, 15 })
        {
            Assert.InRange(AuditPolicy.ChancePerHour(main, Units.Nsn(50 * k)), 2_500UL, 10_000UL);
        }
    }

    private static StorageCalls.CreateDeal Deal(int shards, uint duration, ulong nsn)
    {
        var root = LedgerMerkle.RootOf(s_leaves);
        return new StorageCalls.CreateDeal(
            [.. Enumerable.Range(0, shards).Select(i => new ShardClaim(Blake2b.Hash256([(byte)i]), root, (uint)s_leaves.Length))], duration, Units.Nsn(nsn));
    }
}
