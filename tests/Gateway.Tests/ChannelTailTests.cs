using Microsoft.Extensions.Time.Testing;
using Nsn.Gateway.Api;
using Nsn.Gateway.Channels;
using Nsn.Grains.Ledger;
using Nsn.Protocol.Chunks;

namespace Nsn.Gateway.Tests;

/// <summary>What a gateway keeps in memory when the network behind it is away, comes back, or is another one.</summary>
public class ChannelTailTests
{
    private static readonly DateTimeOffset s_start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly FakeTimeProvider _time = new(s_start);
    private readonly ChannelTail _tail;

    public ChannelTailTests()
    {
        _tail = new ChannelTail("main", _time);
        Observe(80);
        _tail.Enter("0x01");
    }

    private void Observe(ulong block) => _tail.Observe(
        new ChainHead("nsn", new byte[32], block, new byte[32], _time.GetUtcNow(), new ChainTiming(TimeSpan.FromSeconds(1), 8, 80, 20)), "Test", 0);

    private void Put(ulong slot, bool certified)
    {
        var content = SlotContent.FromSegments(slot, [new VerifiedSegment(0, ChunkKind.WebmVp8Opus, 0, 1000, new byte[] { (byte)slot, 1, 2 })]);
        var summary = new SlotSummary
        {
            Slot = slot,
            Epoch = 1,
            Channel = "main",
            Kind = certified ? "certified" : "filler",
            State = "certified",
            AirsAt = _tail.AirTimeOf(slot)!.Value.ToUnixTimeMilliseconds(),
            DurationMilliseconds = 8000,
            Origin = "programme",
        };
        _tail.Put(new SlotView(summary, null, content, certified ? [1] : null, null));
    }

    [Fact]
    public void The_last_certified_clip_stays_for_filler_however_long_nothing_is_certified()
    {
        Put(10, certified: true);
        for (ulong slot = 11; slot < 11 + (3 * ChannelTail.SlotsKept); slot++)
        {
            _time.Advance(TimeSpan.FromSeconds(8));
            Put(slot, certified: false);
        }

        Assert.Equal(10ul, _tail.LastCertifiedBefore(58)?.Slot);
        Assert.InRange(_tail.Slots.Count, ChannelTail.SlotsKept, ChannelTail.SlotsKept + 2);
    }

    [Fact]
    public void A_ledger_that_goes_on_where_it_stopped_takes_the_slots_back()
    {
        Put(10, certified: true);
        _tail.Put(new DirectorsInfo(1, 3, 80, "0x", []));
        _time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(85ul, _tail.SlotOnAir);
        Put(85, certified: false);
        var generation = _tail.Generation;
        Observe(81);
        Assert.Equal(10ul, _tail.SlotOnAir);
        Assert.Equal([10ul], _tail.Slots.Keys);
        Assert.Equal(generation + 1, _tail.Generation);
        Assert.NotNull(_tail.DirectorsOf(1));
    }

    [Fact]
    public void A_head_that_is_a_little_late_changes_nothing()
    {
        Put(10, certified: true);
        Put(11, certified: true);
        var generation = _tail.Generation;
        _time.Advance(TimeSpan.FromSeconds(8));
        Observe(87);
        Assert.Equal((10ul, 2, generation), (_tail.SlotOnAir, _tail.Slots.Count, _tail.Generation));
    }

    [Fact]
    public void Another_history_is_another_chain_and_streams_of_the_old_one_end()
    {
        Put(10, certified: true);
        _tail.Put(new DirectorsInfo(1, 3, 80, "0x", []));
        Assert.False(_tail.Enter("0x01"));
        var generation = _tail.Generation;
        var changed = _tail.Changed;
        Assert.True(_tail.Enter("0x02"));
        Assert.True(changed.IsCompleted);
        Assert.Empty(_tail.Slots);
        Assert.Null(_tail.DirectorsOf(1));
        Assert.Equal(generation + 1, _tail.Generation);
    }

    [Fact]
    public async Task A_stream_ends_when_the_numbers_begin_anew()
    {
        Put(10, certified: true);
        var frames = new FrameStream(_tail, "s", "0x", _time).ReadAsync(null, TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        Assert.True(await frames.MoveNextAsync());
        _tail.Enter("0x02");
        Assert.False(await frames.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
        await frames.DisposeAsync();
    }
}
