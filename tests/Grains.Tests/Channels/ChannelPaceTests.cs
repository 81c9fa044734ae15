using Nsn.Grains.Channels;
using Nsn.Grains.Slots;

namespace Nsn.Grains.Tests.Channels;

public class ChannelPaceTests
{
    private static readonly DateTimeOffset s_now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan s_slot = TimeSpan.FromSeconds(8);
    private readonly ChannelPace _pace = new(new ChannelOptions());

    private void End(ulong slot, double seconds, SlotPhase phase = SlotPhase.Certified) =>
        _pace.Observe(new SlotReport { Slot = slot, Phase = phase, StartedAt = s_now, FinishedAt = s_now.AddSeconds(seconds) });

    [Fact]
    public void Where_work_keeps_up_the_lead_is_the_shortest()
    {
        Assert.Equal(2, _pace.LeadSlots(s_slot));
        End(1, 6.4);
        Assert.Equal(2, _pace.LeadSlots(s_slot));
        Assert.False(_pace.PassOver(4, s_now.AddSeconds(7), s_now));
    }

    [Fact]
    public void Where_devices_are_slow_work_begins_earlier_within_bounds()
    {
        End(1, 14, SlotPhase.Failed);
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
        Assert.Equal(13, _pace.WorkTime.TotalSeconds, 6);
        End(3, 1);
        Assert.Equal(13, _pace.WorkTime.TotalSeconds, 6);
        for (ulong slot = 4; slot < 30; slot++)
            End(slot, 5);
        Assert.Equal(2, _pace.LeadSlots(s_slot));
    }

    [Fact]
    public void A_slot_without_time_is_passed_over_for_good_and_the_channel_recovers()
    {
        End(1, 60, SlotPhase.Failed);
        ulong slot = 2;
        while (_pace.PassOver(slot, s_now.AddSeconds(20), s_now))
        {
            Assert.True(_pace.PassOver(slot, s_now.AddSeconds(1000), s_now));
            slot++;
        }

        // 60 s, less a fifth for each slot that is passed over, are below 20 s after five.
        Assert.Equal(7ul, slot);
    }
}
