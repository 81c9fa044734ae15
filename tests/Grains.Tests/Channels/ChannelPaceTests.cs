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

    private void Fail(ulong slot, double after, double had) => _pace.Observe(new SlotReport
    {
        Slot = slot,
        Phase = SlotPhase.Failed,
        Assignment = new SlotAssignment([], 0, slot, [], [], "", [], [], [], [], s_now.AddSeconds(had)),
        StartedAt = s_now,
        FinishedAt = s_now.AddSeconds(after),
    });

    private bool PassOver(ulong slot, double secondsToAir) => _pace.PassOver(slot, s_now.AddSeconds(secondsToAir), s_now, s_slot);

    [Fact]
    public void Where_work_keeps_up_the_lead_is_the_shortest()
    {
        Assert.Equal(2, _pace.LeadSlots(s_slot));
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
        Assert.False(_pace.IsBehind(s_slot));
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

    /// <summary>A machine on which a slot takes so long makes one slot after the other; each begins as soon as the one before has ended.</summary>
    [Theory]
    [InlineData(7)]
    [InlineData(15)]
    [InlineData(22)]
    [InlineData(37)]
    public void However_slow_a_machine_is_it_finds_the_lead_with_which_slots_are_done(double seconds)
    {
        double now = 0;
        int made = 0, failed = 0;
        for (ulong slot = 1; made < 3; slot++)
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
