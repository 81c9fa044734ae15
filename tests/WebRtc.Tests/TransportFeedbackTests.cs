using System.Buffers.Binary;
using Nsn.WebRtc.Congestion;
using Nsn.WebRtc.Rtp;

namespace Nsn.WebRtc.Tests;

/// <summary>Transport-wide feedback as it is written and read, over the wraps of its numbers and its time, and over gaps.</summary>
public class TransportFeedbackTests
{
    // The reference time has 24 bits of 64 ms, of which the first is taken for a sign.
    [Theory]
    [InlineData(0)]
    [InlineData(1 << 23)]
    [InlineData(1 << 24)]
    [InlineData(5 << 23)]
    public void feedback_is_read_as_it_was_written_over_both_wraps(int reference)
    {
        TransportFeedbackRecorder recorder = new();
        TransportFeedbackReader reader = new();
        Random random = new(3);
        TimeSpan now = TimeSpan.FromSeconds((reference * 0.064) + (reference == 0 ? 10 : -0.5));
        List<TimeSpan> arrivals = [];
        List<TimeSpan> read = [];
        byte[] buffer = new byte[900];
        List<PacketResult> results = [];
        for (int i = 0; i < 600; i++)
        {
            ushort sequence = (ushort)(65_300 + i);
            reader.NoteSent(sequence, 1_200, now);
            now += TimeSpan.FromMilliseconds(random.Next(1, 4));
            if (random.Next(10) > 0)
            {
                arrivals.Add(now);
                recorder.Note(sequence, now);
            }

            while (i % 50 == 49 && recorder.TryWrite(buffer, out int length))
            {
                Assert.True(reader.TryRead(buffer.AsSpan(0, length), results));
                read.AddRange(results.Where(result => result.ReceivedAt is not null).Select(result => result.ReceivedAt!.Value));
            }
        }

        // On which of its rounds the receiver's clock is, nobody knows; how far apart packets came, everybody must.
        Assert.Equal(arrivals.Count, read.Count);
        Assert.All(
            arrivals.Zip(read), pair => Assert.True(((pair.First - arrivals[0]) - (pair.Second - read[0])).Duration() < TimeSpan.FromMilliseconds(0.6), $"{pair}"));
    }

    [Theory]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(900)]
    public void each_feedback_over_a_gap_names_a_packet_that_came_and_so_has_a_time(int gap)
    {
        TransportFeedbackRecorder recorder = new();
        TimeSpan now = TimeSpan.FromHours(1);
        byte[] buffer = new byte[900];
        recorder.Note(100, now);
        Assert.True(recorder.TryWrite(buffer, out _));
        recorder.Note((ushort)(101 + gap), now);
        int last = 0;
        while (recorder.TryWrite(buffer, out _))
        {
            Assert.Equal((int)(now.TotalMilliseconds / 64), BinaryPrimitives.ReadInt32BigEndian(buffer.AsSpan(4)) >> 8);
            last = BinaryPrimitives.ReadUInt16BigEndian(buffer) + BinaryPrimitives.ReadUInt16BigEndian(buffer.AsSpan(2)) - 1;
        }

        Assert.Equal(101 + gap, last);
    }

    [Fact]
    public void any_jump_of_the_time_line_is_no_jitter()
    {
        ReceptionStatistics statistics = new(90_000);
        TimeSpan now = TimeSpan.FromSeconds(1);
        uint timestamp = 0;
        foreach (uint jump in new uint[] { 0, 3_000, 0x8000_0000, 0x7FFF_FFFF, 0xFFFF_FFFF, 0x8000_0000 })
        {
            statistics.Note(1, timestamp += jump, now);
        }

        Assert.True(statistics.Jitter < TimeSpan.FromMilliseconds(5), $"{statistics.Jitter}");
    }
}
