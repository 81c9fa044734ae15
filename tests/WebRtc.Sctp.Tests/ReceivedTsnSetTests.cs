namespace Nsn.WebRtc.Sctp.Tests;

public class ReceivedTsnSetTests
{
    [Fact]
    public void It_agrees_with_a_plain_set_across_the_wrap()
    {
        var random = new Random(1);
        for (int round = 0; round < 200; round++)
        {
            uint start = unchecked((uint)random.Next(-300, 300));
            var set = new ReceivedTsnSet(start, 1000);
            var plain = new HashSet<uint>();
            uint cumulative = start;
            for (int i = 0; i < 400; i++)
            {
                uint tsn = start + 1 + (uint)random.Next(300);
                Assert.Equal(plain.Contains(tsn) || Serial.LessOrEqual(tsn, cumulative), set.Contains(tsn));
                if (random.Next(50) == 0)
                {
                    set.AdvanceTo(tsn);
                    if (Serial.Less(cumulative, tsn))
                        cumulative = tsn;
                }
                else if (!set.Contains(tsn))
                {
                    set.Add(tsn);
                    plain.Add(tsn);
                }

                while (plain.Contains(cumulative + 1))
                    cumulative++;
                Assert.Equal(cumulative, set.Cumulative);
                uint previous = cumulative;
                foreach ((uint first, uint last) in set.Ranges)
                {
                    Assert.True(Serial.Less(previous + 1, first) && Serial.LessOrEqual(first, last));
                    previous = last;
                }
            }
        }
    }

    [Fact]
    public void It_refuses_one_range_too_many_and_still_takes_what_fills_a_gap()
    {
        var set = new ReceivedTsnSet(0, 2);
        set.Add(3);
        set.Add(6);
        Assert.False(set.HasRoomFor(9));
        Assert.True(set.HasRoomFor(7) && set.HasRoomFor(4) && set.HasRoomFor(1) && set.HasRoomFor(2));
        Assert.False(set.HasRoomFor(70_000));
    }
}
