using Nsn.Grains.Channels;
using Nsn.Grains.Slots;

namespace Nsn.Grains.Tests.Channels;

public class ChannelPaceTests
{
    private static readonly DateTimeOffset s_now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan s_slot = TimeSpan.FromSeconds(8);
    private readonly ChannelPace _pace = new(new ChannelOptions());

    private void End(ulong slot, double seconds) =>
        _pace.Observe(new SlotReport { Slot = slot, Phase = SlotPhase.Certified, StartedAt = s_now, FinishedAt = s_now.AddSeconds(seconds) });

    private void Fail(ulong slot, double after, double had, SlotFailure failedBy = SlotFailure.NoQuorum) => _pace.Observe(new SlotReport
    {
        Slot = slot,
        Phase = SlotPhase.Failed,
        FailedBy = failedBy,
        Assignment = new SlotAssignment([], 0, slot, [], [], "", [], [], [], [], s_now.AddSeconds(had)),
        StartedAt = s_now,
        FinishedAt = s_now.AddSeconds(after),
    });

    private bool PassOver(ulong slot, double secondsToAir) => _pace.PassOver(slot, s_now.AddSeconds(secondsToAir), s_now, s_slot);

    [Fact]
    public void Where_work_keeps_up_the_lead_is_the_shortest()
    {
        End(1, 6.4);
        Assert.Equal(2, _pace.LeadSlots(s_slot));
        Assert.False(PassOver(4, 7));
    }

    [Fact]
    public void Where_devices_are_slow_work_begins_earlier_within_bounds()
    {
        End(1, 14);
        Assert.Equal(3, _pace.LeadSlots(s_slot));
        End(2, 100);
        Assert.Equal(6, _pace.LeadSlots(s_slot));
    }

    [Fact]
    public void Where_work_takes_longer_than_the_shortest_lead_the_channel_is_behind_until_it_has_caught_up()
    {
        End(1, 16);
        Assert.False(_pace.IsBehind(s_slot));
        End(2, 17);
        Assert.True(_pace.IsBehind(s_slot));
        End(3, 5);
        Assert.False(_pace.IsBehind(s_slot));
    }

    [Fact]
    public void Time_in_which_a_certificate_waited_for_the_ledger_is_no_work()
    {
        _pace.Observe(new SlotReport
        {
            Slot = 1,
            Phase = SlotPhase.Certified,
            StartedAt = s_now,
            FinishedAt = s_now.AddSeconds(32),
            StageSeconds = new Dictionary<string, double> { ["generate"] = 6, ["commit"] = 4, ["submit"] = 22 },
        });
        Assert.Equal(TimeSpan.FromSeconds(10), _pace.WorkTime);
        Assert.False(_pace.IsBehind(s_slot));
    }

    [Fact]
    public void A_slower_slot_counts_at_once_and_faster_ones_by_and_by()
    {
        End(1, 5);
        End(2, 15);
        Assert.Equal(TimeSpan.FromSeconds(15), _pace.WorkTime);
        End(3, 5);
        Assert.Equal(12, _pace.WorkTime.TotalSeconds, 6);
        End(3, 1);
        Assert.Equal(12, _pace.WorkTime.TotalSeconds, 6);
        for (ulong slot = 4; slot < 30; slot++)
            End(slot, 5);
        Assert.Equal(2, _pace.LeadSlots(s_slot));
    }

    [Fact]
    public void A_slot_that_was_refused_early_says_nothing_about_time_and_one_that_ran_out_of_it_says_that_it_was_too_short()
    {
        Fail(1, 3, had: 16);
        Assert.Equal(TimeSpan.Zero, _pace.WorkTime);
        Fail(2, 14, had: 16);
        Assert.Equal(TimeSpan.FromSeconds(24), _pace.WorkTime);
    }

    [Fact]
    public void Slots_without_time_are_passed_over_for_good()
    {
        End(1, 20);
        Assert.True(PassOver(2, 8));
        Assert.True(PassOver(3, 16));
        Assert.False(PassOver(4, 24));
        Assert.True(PassOver(3, 1000));
    }

    [Fact]
    public void The_first_slot_gets_more_time_than_others_since_everything_is_cold_and_is_made_alone()
    {
        Assert.True(PassOver(1, 8));
        Assert.True(PassOver(2, 16));
        Assert.False(PassOver(3, 24));
        Assert.True(_pace.LeadSlots(s_slot) >= 3);
        Assert.True(_pace.IsBehind(s_slot));
        End(3, 9);
        Assert.Equal(TimeSpan.FromSeconds(9), _pace.WorkTime);
        Assert.Equal(2, _pace.LeadSlots(s_slot));
        Assert.False(_pace.IsBehind(s_slot));
    }

    [Fact]
    public void Slots_that_begin_with_just_the_time_that_they_take_and_run_out_of_it_do_not_go_on_so()
    {
        End(1, 10);
        Assert.False(PassOver(2, 10));
        Fail(2, 9.9, had: 9.9);
        Assert.True(PassOver(3, 12));
        Assert.False(PassOver(4, 12.6));
        Fail(4, 12.5, had: 12.5);
        Assert.True(PassOver(5, 18));
        Assert.False(PassOver(6, 19));
    }

    [Fact]
    public void A_slot_that_was_rejected_took_as_long_as_one_that_was_certified()
    {
        Fail(1, 13, had: 16, SlotFailure.Rejected);
        Assert.Equal(TimeSpan.FromSeconds(13), _pace.WorkTime);
        Assert.False(PassOver(4, 15));
    }

    [Fact]
    public void One_slot_that_ran_out_of_time_begins_others_earlier_but_costs_none_of_them()
    {
        End(1, 10);
        Fail(2, 16, had: 16);
        Assert.Equal(4, _pace.LeadSlots(s_slot));
        Assert.True(_pace.IsBehind(s_slot));
        Assert.False(PassOver(5, 15));
        Assert.True(PassOver(6, 12));
    }

    [Fact]
    public void Two_that_ran_out_of_time_one_after_the_other_say_that_machines_are_slow_until_one_is_done()
    {
        End(1, 10);
        Fail(2, 16, had: 16);
        Fail(3, 16, had: 16);
        Assert.True(_pace.IsBehind(s_slot));
        Assert.True(PassOver(5, 23));
        End(6, 11);
        Assert.False(_pace.IsBehind(s_slot));
        Assert.False(PassOver(7, 12));
        Fail(8, 16, had: 16);
        Assert.False(PassOver(9, 14));
    }

    /// <summary>A machine on which a slot takes so long makes one slot after the other; each begins as soon as the one before has ended.</summary>
    [Theory]
    [InlineData(7)]
    [InlineData(15)]
    [InlineData(22)]
    [InlineData(37)]
    public void However_slow_a_machine_is_it_finds_the_lead_with_which_slots_are_done(double seconds) => FindsTheLead(seconds);

    /// <summary>The same machine, which was quick before.</summary>
    [Theory]
    [InlineData(7)]
    [InlineData(15)]
    [InlineData(22)]
    [InlineData(37)]
    public void However_slow_a_machine_has_become_it_finds_the_lead_with_which_slots_are_done(double seconds)
    {
        End(1, 7);
        FindsTheLead(seconds);
    }

    private void FindsTheLead(double seconds)
    {
        double now = 0;
        int made = 0, failed = 0;
        for (ulong slot = 2; made < 3; slot++)
        {
            Assert.True(failed < 8, $"{failed} slots failed, {made} were made");
            var left = 8.0 * slot - now;
            if (left <= 0)
                continue;

            // The channel waits until a slot is within the lead.
            now = Math.Max(now, 8.0 * slot - (8.0 * _pace.LeadSlots(s_slot)));
            left = 8.0 * slot - now;
            if (PassOver(slot, left))
                continue;
            if (seconds <= left)
                End(slot, seconds);
            else
                Fail(slot, left - 1, left);
            (made, failed) = seconds <= left ? (made + 1, failed) : (0, failed + 1);
            now += Math.Min(seconds, left);
        }
    }
}
