using System.Buffers.Binary;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;
using Nsn.Gateway.Api;
using Nsn.Gateway.Channels;
using Nsn.Gateway.Frames;
using Nsn.Grains.Ledger;
using Nsn.Grains.Viewers;
using Nsn.Protocol.Chunks;

namespace Nsn.Gateway.Tests;

public class FrameStreamTests
{
    private static readonly DateTimeOffset s_start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly WatchedTime _time = new(s_start);
    private readonly ChannelTail _tail;

    public FrameStreamTests()
    {
        _tail = new ChannelTail("main", _time);
        _tail.Observe(new ChainHead("nsn", new byte[32], 80, new byte[32], s_start, new ChainTiming(TimeSpan.FromSeconds(1), 8, 80, 20)), "Test", 0);
        _tail.Put(new DirectorsInfo(1, 3, 80, "0x", []));
    }

    private void Put(ulong slot, bool certified = true, int segments = 8)
    {
        var content = SlotContent.FromSegments(slot, [.. Enumerable.Range(0, segments).Select(index =>
            new VerifiedSegment((uint)index, ChunkKind.WebmVp8Opus, (uint)index * 1000, 1000, new byte[] { (byte)slot, (byte)index, 1, 2 }))]);
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
        _tail.Put(new SlotView(summary, null, content, certified ? [1, 2, 3] : null, certified ? [4, 5] : null));
    }

    /// <summary>Frames until the stream has nothing more to send now.</summary>
    private static async Task<List<byte[]>> TakeAsync(IAsyncEnumerator<byte[]> stream, int count)
    {
        var frames = new List<byte[]>();
        while (frames.Count < count)
        {
            Assert.True(await stream.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken), "the stream ended");
            frames.Add(stream.Current);
        }

        return frames;
    }

    /// <summary>The next frame. Whenever the stream waits, the time that it waits for comes.</summary>
    private async Task<byte[]> TakeInTimeAsync(IAsyncEnumerator<byte[]> stream)
    {
        var next = stream.MoveNextAsync().AsTask();
        while (!next.IsCompleted)
        {
            var waits = _time.Waits.Reader.WaitToReadAsync(TestContext.Current.CancellationToken).AsTask();
            await Task.WhenAny(next, waits).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
            if (_time.Waits.Reader.TryRead(out var wait))
                _time.Advance(wait);
        }

        Assert.True(await next, "the stream ended");
        return stream.Current;
    }

    private static FrameType TypeOf(byte[] frame) => (FrameType)frame[4];

    private static JsonElement JsonOf(byte[] frame) => JsonDocument.Parse(frame.AsMemory(5)).RootElement;

    private static uint LeafOf(byte[] frame) => BinaryPrimitives.ReadUInt32LittleEndian(frame.AsSpan(5 + 46));

    private static ulong SlotOf(byte[] frame) => BinaryPrimitives.ReadUInt64LittleEndian(frame.AsSpan(5 + 2));

    [Fact]
    public async Task Joining_live_begins_with_the_segment_on_air_and_everything_that_proves_it()
    {
        Put(10);
        _time.Advance(TimeSpan.FromSeconds(3.5));
        await using var stream = new FrameStream(_tail, "s", "0x", _time).ReadAsync(null, TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        var frames = await TakeAsync(stream, 10);
        Assert.Equal(
            [FrameType.Hello, FrameType.Slot, FrameType.Directors, FrameType.Certificate, FrameType.Recipe, .. Enumerable.Repeat(FrameType.Chunk, 5)],
            frames.Select(TypeOf));
        Assert.False(JsonOf(frames[0]).GetProperty("resumed").GetBoolean());
        Assert.Equal([3u, 4, 5, 6, 7], frames.Where(frame => TypeOf(frame) == FrameType.Chunk).Select(LeafOf));
        Assert.Equal(10UL, BinaryPrimitives.ReadUInt64LittleEndian(frames[4].AsSpan(5)));
    }

    [Fact]
    public async Task The_next_slot_follows_four_seconds_before_air_and_not_earlier()
    {
        Put(10, segments: 1);
        Put(11, segments: 1);
        await using var stream = new FrameStream(_tail, "s", "0x", _time).ReadAsync(null, TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        var frames = await TakeAsync(stream, 7);
        Assert.Equal(10UL, SlotOf(frames[^1]));
        var next = stream.MoveNextAsync().AsTask();
        _time.Advance(TimeSpan.FromSeconds(3.9));
        Assert.False(next.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(0.2));
        Assert.True(await next.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
        List<byte[]> rest = [stream.Current, .. await TakeAsync(stream, 2)];
        Assert.Equal([FrameType.Certificate, FrameType.Recipe, FrameType.Chunk], rest.Select(TypeOf));
        Assert.Equal(11UL, SlotOf(rest[^1]));
    }

    [Fact]
    public async Task Resuming_goes_on_at_the_chunk_that_was_asked_for()
    {
        Put(9);
        Put(10);
        var stream = new FrameStream(_tail, "s", "0x", _time);
        await using var frames = stream.ReadAsync(new ViewerPosition(9, 6), TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        var got = await TakeAsync(frames, 8);
        Assert.True(JsonOf(got[0]).GetProperty("resumed").GetBoolean());
        Assert.Equal([6u, 7], got.Where(frame => TypeOf(frame) == FrameType.Chunk && SlotOf(frame) == 9).Select(LeafOf));
    }

    [Fact]
    public async Task A_position_that_is_gone_joins_live()
    {
        Put(10);
        await using var stream = new FrameStream(_tail, "s", "0x", _time).ReadAsync(new ViewerPosition(2, 0), TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        var frames = await TakeAsync(stream, 6);
        Assert.False(JsonOf(frames[0]).GetProperty("resumed").GetBoolean());
        Assert.Equal(10UL, SlotOf(frames[^1]));
    }

    [Fact]
    public async Task Filler_has_no_certificate()
    {
        Put(10, certified: false, segments: 2);
        await using var stream = new FrameStream(_tail, "s", "0x", _time).ReadAsync(null, TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        var frames = await TakeAsync(stream, 4);
        Assert.Equal([FrameType.Hello, FrameType.Slot, FrameType.Chunk, FrameType.Chunk], frames.Select(TypeOf));
        Assert.Equal("filler", JsonOf(frames[1]).GetProperty("kind").GetString());
    }

    [Fact]
    public async Task A_slot_without_content_is_passed_over_once_it_is_over()
    {
        Put(12);
        await using var stream = new FrameStream(_tail, "s", "0x", _time).ReadAsync(null, TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        var frames = await TakeAsync(stream, 2);
        while (TypeOf(frames[^1]) != FrameType.Chunk)
            frames.Add(await TakeInTimeAsync(stream));

        Assert.Equal(12UL, SlotOf(frames[^1]));
    }

    [Fact]
    public async Task An_idle_stream_is_kept_alive()
    {
        await using var stream = new FrameStream(_tail, "s", "0x", _time).ReadAsync(null, TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        await TakeAsync(stream, 1);
        Assert.Equal(FrameType.KeepAlive, TypeOf(await TakeInTimeAsync(stream)));
    }

    [Fact]
    public void The_tail_forgets_what_is_long_over()
    {
        for (ulong slot = 0; slot < 11; slot++)
            Put(slot);
        _time.Advance(TimeSpan.FromSeconds(8 * 20));
        Put(30);
        Assert.Equal(30UL, _tail.Slots.Keys.Last());
        Assert.All(_tail.Slots.Keys, slot => Assert.True(slot + ChannelTail.SlotsKept >= 30));
    }

    /// <summary>A clock that stands still until it is set, and tells of every wait that begins and how long it is to last.</summary>
    private sealed class WatchedTime(DateTimeOffset start) : FakeTimeProvider(start)
    {
        public Channel<TimeSpan> Waits { get; } = Channel.CreateUnbounded<TimeSpan>();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            Waits.Writer.TryWrite(dueTime);
            return timer;
        }
    }
}
