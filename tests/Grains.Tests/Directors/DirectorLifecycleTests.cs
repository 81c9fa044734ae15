using Nsn.Grains.Directors;
using Nsn.Grains.Epochs;

namespace Nsn.Grains.Tests.Directors;

public class DirectorLifecycleTests
{
    private readonly DirectorLifecycle _life = new();

    [Fact]
    public void A_director_without_a_seat_stands_by() => Assert.Equal(DirectorState.Standby, _life.State(slotsInWork: false));

    [Fact]
    public void On_deck_then_active_then_standby()
    {
        Assert.True(_life.Observe(3, EpochPhase.OnDeck));
        Assert.Equal(DirectorState.OnDeck, _life.State(false));
        Assert.False(_life.Observe(3, EpochPhase.Active));
        Assert.Equal(DirectorState.Active, _life.State(false));
        _life.Observe(3, EpochPhase.Closed);
        Assert.Equal(DirectorState.Draining, _life.State(slotsInWork: true));
        Assert.Equal(DirectorState.Standby, _life.State(slotsInWork: false));
    }

    [Fact]
    public void A_seat_in_the_next_epoch_survives_the_current_one()
    {
        _life.Observe(3, EpochPhase.Active);
        Assert.True(_life.Observe(4, EpochPhase.OnDeck));
        Assert.Equal(DirectorState.Active, _life.State(false));
        Assert.Equal(4u, _life.Next);
        Assert.True(_life.Serves(3));
        Assert.True(_life.Serves(4));
        _life.Observe(3, EpochPhase.Closed);
        Assert.Equal(DirectorState.OnDeck, _life.State(false));
        _life.Observe(4, EpochPhase.Active);
        Assert.Equal(DirectorState.Active, _life.State(false));
        Assert.Equal(4u, _life.Current);
    }

    [Fact]
    public void A_start_that_comes_before_the_end_of_the_last_epoch_is_fine()
    {
        _life.Observe(3, EpochPhase.Active);
        _life.Observe(4, EpochPhase.OnDeck);
        _life.Observe(4, EpochPhase.Active);
        _life.Observe(3, EpochPhase.Closed);
        Assert.Equal(DirectorState.Active, _life.State(false));
        Assert.Equal(4u, _life.Current);
    }

    [Fact]
    public void A_missed_on_deck_does_not_lose_the_seat()
    {
        Assert.True(_life.Observe(9, EpochPhase.Active));
        Assert.Equal(DirectorState.Active, _life.State(false));
    }

    [Fact]
    public void A_missed_start_does_not_leave_it_on_deck_for_ever()
    {
        _life.Observe(3, EpochPhase.OnDeck);
        _life.Observe(7, EpochPhase.OnDeck);
        Assert.Equal(7u, _life.Next);
        _life.Observe(8, EpochPhase.Active);
        Assert.Null(_life.Next);
    }

    [Fact]
    public void Repeated_observations_change_nothing()
    {
        _life.Observe(3, EpochPhase.OnDeck);
        Assert.False(_life.Observe(3, EpochPhase.OnDeck));
        _life.Observe(3, EpochPhase.Active);
        Assert.False(_life.Observe(3, EpochPhase.Active));
        Assert.False(_life.Observe(3, EpochPhase.OnDeck));
        Assert.Equal(DirectorState.Active, _life.State(false));
        Assert.Null(_life.Next);
    }

    [Fact]
    public void What_is_closed_does_not_open_again()
    {
        _life.Observe(3, EpochPhase.Active);
        _life.Observe(3, EpochPhase.Closed);
        _life.Observe(3, EpochPhase.Active);
        Assert.Equal(DirectorState.Standby, _life.State(false));
    }
}
