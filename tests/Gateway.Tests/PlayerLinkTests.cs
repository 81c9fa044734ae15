using System.Buffers.Binary;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Nsn.Gateway.Api;
using Nsn.Gateway.Canary;
using Nsn.Gateway.Channels;
using Nsn.Gateway.Frames;
using Nsn.Gateway.Sessions;
using Nsn.Gateway.Tests.Fakes;
using Nsn.Grains.Ledger;
using Nsn.Grains.Viewers;
using Nsn.Protocol.Chunks;
using Nsn.WebRtc.Client;
using Nsn.WebRtc.DataChannels;
using Nsn.WebRtc.Sessions;
using Nsn.WebRtc.Transport;

namespace Nsn.Gateway.Tests;

/// <summary>What arrives at a player that subscribes again and again on one data channel.</summary>
public sealed class PlayerLinkTests : IAsyncDisposable
{
    private const int Segments = 48;
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);
    private readonly WebRtcServer _server = new(new WebRtcServerOptions { BindAddress = IPAddress.Loopback });
    private readonly FakeGrains _grains = new();
    private readonly ChannelTail _tail = new("main", TimeProvider.System);
    private readonly GatewayMetrics _metrics;
    private readonly Channel<byte[]> _frames = Channel.CreateUnbounded<byte[]>();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private HttpClient? _http;
    private WebRtcClient? _client;
    private DataChannel? _channel;

    public PlayerLinkTests()
    {
        _metrics = new GatewayMetrics(_services.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>());
        var timing = new ChainTiming(TimeSpan.FromMinutes(10), 8, 80, 20);
        _tail.Observe(new ChainHead("nsn", new byte[32], 80, new byte[32], DateTimeOffset.UtcNow, timing), "Test", 0);
        _tail.Put(new DirectorsInfo(1, 3, 80, "0x", []));
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        if (_client is not null)
            await _client.DisposeAsync();
        _http?.Dispose();
        _server.Dispose();
        await _services.DisposeAsync();
    }

    [Fact]
    public async Task The_last_of_many_subscriptions_is_the_only_one_that_is_served()
    {
        var detached = new TaskCompletionSource();
        _grains.On(nameof(IViewerSessionGrain.DetachAsync), _ => detached.Task);
        Put(10, bytes: 100);
        await ConnectAsync();
        Subscribe(1);
        await HelloAsync();
        // All in one go, while the grain of the first session does not answer.
        Subscribe(2, 3, 4);
        await SlotFromAsync(4);
        detached.SetResult();
        Subscribe(6);
        await SlotFromAsync(6);
        await Eventually("only the last session is open", () => _metrics.Viewers == 1, () => $"{_metrics.Viewers} are open");
    }

    [Fact]
    public async Task A_subscription_in_the_middle_of_a_frame_waits_for_its_end()
    {
        // More than a connection buffers, so that the pump waits for room in the middle of a chunk.
        Put(10, bytes: ChunkLimits.PayloadBytesMax - 1);
        await ConnectAsync();
        for (var round = 0; round < 4; round++)
        {
            Subscribe(0);
            await FrameAsync(frame => (FrameType)frame[4] == FrameType.Chunk, "a chunk of the round");
        }

        Subscribe(1);
        await SlotFromAsync(1);
    }

    [Fact]
    public async Task A_subscription_while_the_next_slot_is_not_due_yet_is_served_on_the_same_connection()
    {
        Put(10, bytes: 100);
        await ConnectAsync();
        for (var round = 0; round < 4; round++)
        {
            // To be sent in about four seconds, for which the pump waits.
            Put(11, bytes: 100, DateTimeOffset.UtcNow.AddSeconds(8));
            Subscribe(Segments);
            await FrameAsync(frame => (FrameType)frame[4] == FrameType.Slot && Encoding.UTF8.GetString(frame).Contains("\"slot\":11", StringComparison.Ordinal), "announcement of the next slot");
        }

        Subscribe(1);
        await SlotFromAsync(1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_player_hears_why_it_is_refused_behind_all_that_is_on_its_way(bool inTheMiddleOfAFrame)
    {
        // More than a connection buffers, or less but more than is sent before the error comes.
        Put(10, bytes: inTheMiddleOfAFrame ? ChunkLimits.PayloadBytesMax - 1 : 60_000);
        await ConnectAsync();
        Subscribe(0);
        await FrameAsync(frame => (FrameType)frame[4] == FrameType.Chunk, "first chunk");
        if (inTheMiddleOfAFrame)
            _client!.Connection.SendData(_channel!, new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 0 });
        else
            _client!.Connection.SendData(_channel!, Frame.OfJson(FrameType.Subscribe, new { channel = "nowhere" }));
        var error = await FrameAsync(frame => (FrameType)frame[4] == FrameType.Error, "error");
        using var problem = JsonDocument.Parse(error.AsMemory(Frame.HeaderLength));
        Assert.True(problem.RootElement.GetProperty("fatal").GetBoolean());
        Assert.Contains(inTheMiddleOfAFrame ? "longer than" : "'nowhere'", problem.RootElement.GetProperty("detail").GetString(), StringComparison.Ordinal);
        var closed = await _client.Connection.Closed.WaitAsync(s_limit, Cancellation);
        Assert.Equal(CloseReason.Peer, closed.Reason);
    }

    private void Put(ulong slot, int bytes, DateTimeOffset? airsAt = null)
    {
        var content = SlotContent.FromSegments(slot, [.. Enumerable.Range(0, Segments).Select(index =>
            new VerifiedSegment((uint)index, ChunkKind.WebmVp8Opus, (uint)index * 1000, 1000, new byte[bytes]))]);
        var summary = new SlotSummary
        {
            Slot = slot,
            Epoch = 1,
            Channel = "main",
            Kind = "filler",
            State = "failed",
            AirsAt = (airsAt ?? _tail.AirTimeOf(slot)!.Value).ToUnixTimeMilliseconds(),
            DurationMilliseconds = Segments * 1000,
            Origin = "programme",
        };
        _tail.Put(new SlotView(summary, null, content, null, null));
    }

    private async Task ConnectAsync()
    {
        var settings = Options.Create(new GatewaySettings());
        var sessions = new ViewerSessions(_grains.Factory, _metrics, settings, TimeProvider.System, NullLogger<ViewerSession>.Instance);
        var offers = new PlayerOffers(_server, new ChannelTails(_tail), sessions, TimeProvider.System, NullLogger<PlayerLink>.Instance);
        _http = new HttpClient(new LocalOffers(offers, IPAddress.Loopback));
        _client = new WebRtcClient(_http, new WebRtcClientOptions { Receive = false, DataChannels = true, BindAddress = IPAddress.Loopback });
        var opened = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var cutter = new FrameCutter();
        _client.Connection.Event += (_, happened) =>
        {
            if (happened is DataChannelOpened open)
            {
                _channel = open.Channel;
                opened.TrySetResult();
            }
            else if (happened is DataChannelMessage message)
            {
                cutter.Take(message.Data.Span, _frames.Writer);
            }
            else if (happened is SessionClosed)
            {
                _frames.Writer.TryComplete(new InvalidOperationException("The gateway has closed the connection."));
            }
        };
        await _client.ConnectAsync(new Uri("http://gateway/offer"), Cancellation).WaitAsync(s_limit, Cancellation);
        _client.Connection.OpenDataChannel(PlayerLink.Label, new DataChannelSettings { Protocol = "nsn.frames.1" });
        await opened.Task.WaitAsync(s_limit, Cancellation);
    }

    /// <summary>Subscribes from chunks of slot 10, all in one message.</summary>
    private void Subscribe(params int[] chunks) => _client!.Connection.SendData(
        _channel!,
        chunks.SelectMany(chunk => Frame.OfJson(FrameType.Subscribe, new { channel = "main", from = new { slot = 10, chunk } })).ToArray());

    private async Task<byte[]> FrameAsync(Func<byte[], bool> wanted, string what)
    {
        try
        {
            while (true)
            {
                var frame = await _frames.Reader.ReadAsync(Cancellation).AsTask().WaitAsync(s_limit, Cancellation);
                if (wanted(frame))
                    return frame;
            }
        }
        catch (Exception failure) when (failure is TimeoutException or ChannelClosedException)
        {
            throw new InvalidOperationException($"There came no {what}: {failure.GetBaseException().Message}", failure);
        }
    }

    private Task HelloAsync() => FrameAsync(frame => (FrameType)frame[4] == FrameType.Hello, "hello");

    /// <summary>Reads on to the hello after which the slot is sent from a chunk; from then on there is nothing else, and no chunk twice.</summary>
    private async Task SlotFromAsync(int chunk)
    {
        var leaves = new List<uint>();
        do
        {
            var frame = await FrameAsync(frame => (FrameType)frame[4] is FrameType.Hello or FrameType.Chunk, $"whole slot from chunk {chunk}, only chunks {string.Join(", ", leaves)}");
            if ((FrameType)frame[4] == FrameType.Hello)
                leaves.Clear();
            else
                leaves.Add(BinaryPrimitives.ReadUInt32LittleEndian(frame.AsSpan(5 + 46)));
        }
        while (leaves.Count == 0 || leaves[0] != chunk || leaves.Count < Segments - chunk);
        Assert.Equal(Enumerable.Range(chunk, Segments - chunk).Select(leaf => (uint)leaf), leaves);
    }

    private static async Task Eventually(string what, Func<bool> holds, Func<string> now)
    {
        var until = DateTimeOffset.UtcNow + s_limit;
        while (!holds())
        {
            Assert.True(DateTimeOffset.UtcNow < until, $"Not so within {s_limit.TotalSeconds} s: {what}; {now()}.");
            await Task.Delay(10, Cancellation);
        }
    }

    /// <summary>Cuts the stream into frames, and names what cannot be one.</summary>
    private sealed class FrameCutter
    {
        private readonly List<byte> _bytes = [];

        public void Take(ReadOnlySpan<byte> piece, ChannelWriter<byte[]> frames)
        {
            _bytes.AddRange(piece);
            while (_bytes.Count >= Frame.HeaderLength)
            {
                var length = BinaryPrimitives.ReadUInt32LittleEndian(_bytes.GetRange(0, 4).ToArray());
                if (length is 0 or > Frame.LengthMax || !Enum.IsDefined((FrameType)_bytes[4]))
                {
                    frames.TryComplete(new InvalidDataException($"The framing is broken: length {length}, type {_bytes[4]}."));
                    return;
                }

                if (_bytes.Count < 4 + length)
                    return;
                var frame = _bytes.GetRange(0, 4 + (int)length).ToArray();
                _bytes.RemoveRange(0, frame.Length);
                if ((FrameType)frame[4] == FrameType.Hello)
                    JsonDocument.Parse(frame.AsMemory(Frame.HeaderLength)).Dispose();
                frames.TryWrite(frame);
            }
        }
    }
}
