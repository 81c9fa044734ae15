using Nsn.Gateway.Channels;
using Nsn.Gateway.Frames;
using Nsn.Grains.Viewers;
using Nsn.WebRtc.DataChannels;
using Nsn.WebRtc.Sctp;
using Nsn.WebRtc.Sessions;
using Nsn.WebRtc.Transport;

namespace Nsn.Gateway.Sessions;

/// <summary>
/// A player on a data channel (docs/player-protocol.md sections 2 and 3): reads its frames, and pumps a frame stream to it as fast as the
/// channel takes it. Events come from the transport's threads and never wait; the pump is a task of its own.
/// </summary>
internal sealed partial class PlayerLink(
    WebRtcConnection connection, ChannelTails tails, ViewerSessions sessions, TimeProvider time, ILogger logger)
    : IAsyncDisposable
{
    /// <summary>Label of the data channel that carries frames.</summary>
    public const string Label = "nsn.chunks";

    private const int PieceMax = 65_536;
    private const int FramesPerSecondMax = 20;
    private readonly FrameReader _reader = new();
    private readonly SemaphoreSlim _writable = new(0, 1);
    private DataChannel? _channel;
    private CancellationTokenSource? _pumpEnd;
    private Task _pump = Task.CompletedTask;
    private ViewerSession? _viewer;
    private long _window;
    private int _framesInWindow;

    /// <summary>Begins to listen.</summary>
    public void Attach() => connection.Event += OnEvent;

    /// <summary>Ends the pump.</summary>
    public async ValueTask DisposeAsync()
    {
        connection.Event -= OnEvent;
        await StopAsync();
        _writable.Dispose();
    }

    private void OnEvent(WebRtcConnection sender, SessionEvent happened)
    {
        switch (happened)
        {
            case DataChannelOpened opened when opened.Channel.Label == Label && _channel is null:
                _channel = opened.Channel;
                break;
            case DataChannelMessage message when message.Channel == _channel && !message.IsText:
                if (!_reader.TryRead(message.Data.Span, OnFrame))
                    Refuse("A frame is longer than this gateway takes.");
                break;
            case DataChannelWritable writable when writable.Channel == _channel:
                Release();
                break;
            case SessionClosed:
                _ = DisposeAsync().AsTask();
                break;
        }
    }

    private void OnFrame(FrameType type, ReadOnlySpan<byte> body)
    {
        var second = time.GetTimestamp() / time.TimestampFrequency;
        _framesInWindow = second == _window ? _framesInWindow + 1 : 1;
        _window = second;
        if (_framesInWindow > FramesPerSecondMax)
        {
            Refuse($"More than {FramesPerSecondMax} frames in a second.");
            return;
        }

        switch (type)
        {
            case FrameType.Subscribe:
                if (Subscription.TryParse(body, out var subscription))
                    _ = RestartAsync(subscription);
                else
                    Refuse("subscribe is JSON with channel and from.");
                break;
            case FrameType.Ping when body.Length == 8:
                Span<byte> pong = stackalloc byte[16];
                body.CopyTo(pong);
                BitConverter.TryWriteBytes(pong[8..], time.GetUtcNow().ToUnixTimeMilliseconds());
                if (_channel is { } channel)
                    connection.SendData(channel, Frame.Of(FrameType.Pong, pong));
                break;
            case FrameType.Unsubscribe:
                if (_viewer is { } viewer)
                    viewer.Stream.Paused = true;
                break;
        }
    }

    private async Task RestartAsync(Subscription subscription)
    {
        try
        {
            await StopAsync();
            if (tails.Find(subscription.Channel) is not { } tail)
            {
                Refuse($"There is no channel '{subscription.Channel}'.");
                return;
            }

            if (sessions.TryOpen(tail, "webrtc", subscription.Session) is not { } viewer)
            {
                Refuse("This gateway carries as many viewers as it may.");
                return;
            }

            _viewer = viewer;
            var end = _pumpEnd = new CancellationTokenSource();
            _pump = PumpAsync(viewer, subscription.From, end.Token);
        }
        catch (Exception failure)
        {
            LogFailed(logger, failure);
            connection.Close();
        }
    }

    private async Task PumpAsync(ViewerSession viewer, ViewerPosition? from, CancellationToken cancellationToken)
    {
        await using (viewer)
        {
            try
            {
                await foreach (var frame in viewer.Stream.ReadAsync(await viewer.ResumeAsync(from), cancellationToken))
                {
                    for (var offset = 0; offset < frame.Length; offset += PieceMax)
                    {
                        if (!await SendAsync(frame.AsMemory(offset, Math.Min(PieceMax, frame.Length - offset)), cancellationToken))
                            return;
                    }

                    viewer.Sent(frame.Length);
                }

                connection.Close();
            }
            catch (OperationCanceledException)
            {
                // A new subscription, or the viewer is gone.
            }
            catch (Exception failure)
            {
                LogFailed(logger, failure);
                connection.Close();
            }
        }
    }

    /// <summary>Sends a piece, waiting for room. False when the channel takes nothing any more.</summary>
    private async Task<bool> SendAsync(ReadOnlyMemory<byte> piece, CancellationToken cancellationToken)
    {
        while (true)
        {
            switch (connection.SendData(_channel!, piece))
            {
                case SctpSendResult.Queued:
                    return true;
                case SctpSendResult.BufferFull:
                    // The time-out covers a writable event that came between the refusal and this wait.
                    await _writable.WaitAsync(TimeSpan.FromMilliseconds(200), cancellationToken);
                    break;
                default:
                    return false;
            }
        }
    }

    private async Task StopAsync()
    {
        if (Interlocked.Exchange(ref _pumpEnd, null) is { } end)
        {
            await end.CancelAsync();
            await _pump.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            end.Dispose();
        }
    }

    private void Refuse(string detail)
    {
        if (_channel is { } channel)
            connection.SendData(channel, Frame.OfJson(FrameType.Error, new { title = "The player broke the protocol", status = 400, detail, fatal = true }));
        connection.Close();
    }

    private void Release()
    {
        if (_writable.CurrentCount == 0)
        {
            try
            {
                _writable.Release();
            }
            catch (SemaphoreFullException)
            {
                // Somebody else has released it.
            }
        }
    }

    [LoggerMessage(1, LogLevel.Error, "A player's pump failed")]
    private static partial void LogFailed(ILogger logger, Exception failure);
}
