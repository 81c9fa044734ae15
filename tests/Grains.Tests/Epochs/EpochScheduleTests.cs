using Nsn.Grains.Epochs;
using Nsn.Grains.Ledger;

namespace Nsn.Grains.Tests.Epochs;

public class EpochScheduleTests
{
    private static readonly ChainTiming s_dev = new(TimeSpan.FromSeconds(1), 8, 80, 5);

    [Theory]
    [InlineData(0, EpochPhase.Future)]
    [InlineData(154, EpochPhase.Future)]
    [InlineData(155, EpochPhase.OnDeck)]
    [InlineData(159, EpochPhase.OnDeck)]
    [InlineData(160, EpochPhase.Active)]
    [InlineData(239, EpochPhase.Active)]
    [InlineData(240, EpochPhase.Closed)]
    public void The_phase_of_epoch_two_follows_from_the_block(ulong block, EpochPhase expected) =>
        Assert.Equal(expected, EpochSchedule.PhaseAt(2, block, s_dev));

    [Fact]
    public void Every_director_is_first_proposer_equally_often_and_every_order_is_whole()
    {
        var first = Enumerable.Range(0, 50).Select(slot => EpochSchedule.Proposers((ulong)slot, 5)).ToArray();
        Assert.All(first, order => Assert.Equal([0, 1, 2, 3, 4], order.Order()));
        Assert.All(first.CountBy(order => order[0]), count => Assert.Equal(10, count.Value));
    }

    [Fact]
    public void A_slot_belongs_to_the_epoch_of_its_first_block()
    {
        Assert.Equal(0u, s_dev.EpochOfSlot(9));
        Assert.Equal(1u, s_dev.EpochOfSlot(10));
        Assert.Equal(TimeSpan.FromSeconds(8), s_dev.SlotDuration);
    }

    [Theory]
    [InlineData(74, BeaconDuty.None)]
    [InlineData(75, BeaconDuty.Commit)]
    [InlineData(144, BeaconDuty.Commit)]
    [InlineData(145, BeaconDuty.Reveal)]
    [InlineData(154, BeaconDuty.Reveal)]
    [InlineData(155, BeaconDuty.None)]
    public void Directors_commit_until_the_candidates_are_fixed_and_reveal_until_the_election(ulong block, BeaconDuty duty) =>
        Assert.Equal(duty, EpochSchedule.BeaconDutyAt(1, block, s_dev));
}
