using FsCheck;
using FsCheck.Fluent;
using Nsn.Protocol.Ledger;
using Nsn.Protocol.Ledger.Codecs;
using Nsn.Protocol.Ledger.Pallets.Reputation;

namespace Nsn.Ledger.Tests.Reputation;

public sealed class ReputationTests
{
    private static readonly LedgerParameters s_parameters = LedgerParameters.Main;

    [Fact]
    public void Total_weighs_the_three_parts()
    {
        Assert.Equal(101UL, new ReputationScore(200, 5, 1, 0, 0).Total);
        Assert.Equal(53UL, new ReputationScore(100, 5, 10, 0, 0).Total);
    }

    [Fact]
    public void No_part_falls_below_zero_or_overflows()
    {
        var score = default(ReputationScore).After(ReputationEventKind.TaskFailed, 3, 1);
        Assert.Equal(0UL, score.Seeder);
        Assert.Equal(ulong.MaxValue, new ReputationScore(ulong.MaxValue - 5, 0, 0, 0, 0).After(ReputationEventKind.DirectorSlotAccepted, 1, 1).Director);
    }

    [Fact]
    public void R1_R2_settling_in_one_step_or_in_many_gives_the_same()
    {
        var cases = Gen.Choose(0, 1_000_000).Select(score => (ulong)score).Two().SelectMany(scores =>
            Gen.Choose(0, 5_000_000).Two().Select(blocks => (scores, blocks))).ToArbitrary();
        Prop.ForAll(cases, c =>
        {
            var score = new ReputationScore(c.scores.Item1, c.scores.Item2, 7, 0, 0);
            var (first, second) = (Math.Min(c.blocks.Item1, c.blocks.Item2), Math.Max(c.blocks.Item1, c.blocks.Item2));
            var split = score.SettledAt((uint)first, s_parameters).After(ReputationEventKind.SeederChunkServed, 0, (uint)first).SettledAt((uint)second, s_parameters);
            Assert.Equal(score.SettledAt((uint)second, s_parameters).Total, split.Total);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void R1_a_small_event_a_week_does_not_keep_a_large_score()
    {
        var score = new ReputationScore(10_000, 0, 0, 0, 0);
        for (var week = 1u; week <= 20; week++)
        {
            score = score.SettledAt((week * s_parameters.BlocksPerWeek) - 10, s_parameters).After(ReputationEventKind.SeederChunkServed, 1, week * s_parameters.BlocksPerWeek);
        }

        Assert.InRange(score.SettledAt(20 * s_parameters.BlocksPerWeek, s_parameters).Director, 3_500UL, 3_600UL);
    }

    [Fact]
    public void R3_events_of_a_block_are_not_limited_and_provable_under_its_root()
    {
        var chain = new TestChain(TestNetworks.Fast) { Replay = false };
        var context = TestChain.ContextAfter(chain);
        for (var i = 0u; i < 200; i++)
        {
            Reputations.Record(context, TestChain.Account("Alice"), ReputationEventKind.TaskCompleted, i);
        }

        var leaves = Enumerable.Range(0, 200).Select(i => ReputationEvent.Codec.Encode(Reputations.PendingEvents.Get(context.State, (uint)i))).ToArray();
        ReputationPallet.Pallet.OnClose!(context);
        var root = Reputations.MerkleRoots.Get(context.State, context.Number);
        foreach (var index in new[] { 0, 1, 127, 128, 198, 199 })
        {
            var proof = LedgerMerkle.Prove(leaves, index);
            Assert.True(LedgerMerkle.Verify(root, leaves[index], index, 200, proof));
            Assert.False(LedgerMerkle.Verify(root, leaves[index], index ^ 1, 200, proof));
            Assert.False(LedgerMerkle.Verify(root, leaves[index], index, 199, proof));
        }

        Assert.Empty(Reputations.PendingEvents.Entries(context.State));
        Assert.Equal(1000UL, Reputations.At(context.State, chain.Runtime.Parameters, TestChain.Account("Alice"), context.Number).Seeder);
    }

    [Fact]
    public void R4_a_checkpoint_is_over_the_scores_in_the_order_of_the_accounts()
    {
        var chain = new TestChain(TestNetworks.Fast) { Replay = false };
        chain.SealTo(50);
        var checkpoint = Reputations.Checkpoints.Get(chain.State.Storage, 50);
        var codec = Codec.Pair(Codec.Account, ReputationScore.Codec);
        var leaves = Reputations.Scores.Entries(chain.State.Storage).OrderBy(entry => entry.Key).Select(entry => codec.Encode((entry.Key, entry.Value))).ToArray();
        Assert.Equal(((uint)leaves.Length, LedgerMerkle.RootOf(leaves)), (checkpoint.ScoreCount, checkpoint.MerkleRoot));
        chain.SealTo(205);
        Assert.False(Reputations.Checkpoints.Contains(chain.State.Storage, 50));
    }
}
