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
/// channel takes it. Events come from the transport's threads, one at a time, and never wait; the pump is a task of its own, and subscriptions are served one after the other.
/// </summary>
internal sealed partial class PlayerLink(
    WebRtcConnection connection, ChannelTails tails, ViewerSessions sessions, TimeProvider time, ILogger logger)
    : IAsyncDisposable
{
    /// <summary>Label of the data channel that carries frames.</summary>
    public const string Label = "nsn.chunks";

    private const int PieceMax = 65_536;
    private const int FramesPerSecondMax = 20;

    // For what was sent before the error frame, and for that itself.
    private static readonly TimeSpan s_farewell = TimeSpan.FromSeconds(5);
    private readonly FrameReader _reader = new();
    private readonly SemaphoreSlim _writable = new(0, 1);
    private readonly CancellationTokenSource _gone = new();
    private readonly Lock _sending = new();
    private readonly Queue<byte[]> _between = new(FramesPerSecondMax);
    private bool _isMidFrame;
    private volatile bool _isRefused;
    private DataChannel? _channel;
    private Task _restarts = Task.CompletedTask;
    private Subscription? _wanted;
    private CancellationTokenSource? _pumpEnd;
    private Task _pump = Task.CompletedTask;
    private volatile ViewerSession? _viewer;
    private long _window;
    private int _framesInWindow;

    /// <summary>Begins to listen.</summary>
    public void Attach() => connection.Event += OnEvent;

    /// <summary>Ends the pump.</summary>
    public async ValueTask DisposeAsync()
    {
        connection.Event -= OnEvent;
        Volatile.Write(ref _wanted, null);
        await _gone.CancelAsync();
        await _restarts;
        await StopAsync();
        _writable.Dispose();
        _gone.Dispose();
    }

    private void OnEvent(WebRtcConnection sender, SessionEvent happened)
    {
        switch (happened)
        {
            case DataChannelOpened opened when opened.Channel.Label == Label && _channel is null:
                _channel = opened.Channel;
                break;
            case DataChannelMessage message when message.Channel == _channel && !message.IsText && !_isRefused:
                if (!_reader.TryRead(message.Data.Span, OnFrame))
                    Refuse("A frame is longer than this gateway takes.");
                break;
            case DataChannelWritable writable when writable.Channel == _channel:
                Release();
                break;
            case DataChannelClosed closed when closed.Channel == _channel:
                // It is all that a player is connected for.
                connection.Close();
                break;
            case SessionClosed:
                _ = DisposeAsync().AsTask();
                break;
        }
    }

    private void OnFrame(FrameType type, ReadOnlySpan<byte> body)
    {
        if (_isRefused)
            return;
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
                {
                    Volatile.Write(ref _wanted, subscription);
                    _restarts = RestartAsync(_restarts, subscription);
                }
                else
                {
                    Refuse("subscribe is JSON with channel and from.");
                }

                break;
            case FrameType.Ping when body.Length == 8:
                Span<byte> pong = stackalloc byte[16];
                body.CopyTo(pong);
                BitConverter.TryWriteBytes(pong[8..], time.GetUtcNow().ToUnixTimeMilliseconds());
                SendBetween(Frame.Of(FrameType.Pong, pong));
                break;
            case FrameType.Unsubscribe:
                if (_viewer is { } viewer)
                    viewer.Stream.Paused = true;
                break;
        }
    }

    /// <summary>Serves a subscription in place of the one before, once that has ended.</summary>
    /// <param name="former">The restart before this one: two at a time would start two pumps on one channel.</param>
    /// <param name="subscription">What is wanted; nothing is done for one that has been replaced already.</param>
    private async Task RestartAsync(Task former, Subscription subscription)
    {
        await former;
        try
        {
            await StopAsync();
            if (Volatile.Read(ref _wanted) != subscription)
                return;
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
            var end = _pumpEnd = CancellationTokenSource.CreateLinkedTokenSource(_gone.Token);
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
        try
        {
            await foreach (var frame in viewer.Stream.ReadAsync(await viewer.ResumeAsync(from).WaitAsync(cancellationToken), cancellationToken))
            {
                // The end of a subscription waits for the end of the frame: whatever comes next on the channel begins with a frame of its own.
                if (!await SendFrameAsync(frame, _gone.Token))
                    return;
                viewer.Sent(frame.Length);
                cancellationToken.ThrowIfCancellationRequested();
            }

            // Frames end for a new subscription as well, and that one is served on this connection.
            cancellationToken.ThrowIfCancellationRequested();
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
        finally
        {
            // Not waited for: a grain that is slow to let go of one session does not hold up the next.
            _ = viewer.DisposeAsync().AsTask();
        }
    }

    /// <summary>Sends a frame in pieces, and then what had to wait for its end. False when the channel takes nothing any more.</summary>
    private async Task<bool> SendFrameAsync(byte[] frame, CancellationToken cancellationToken)
    {
        lock (_sending)
        {
            if (_isRefused)
                return false;
            _isMidFrame = true;
        }

        while (true)
        {
            for (var offset = 0; offset < frame.Length; offset += PieceMax)
            {
                if (!await SendAsync(frame.AsMemory(offset, Math.Min(PieceMax, frame.Length - offset)), cancellationToken))
                    return false;
            }

            lock (_sending)
            {
                if (!_between.TryDequeue(out frame!))
                {
                    _isMidFrame = false;
                    if (!_isRefused)
                        return true;
                    break;
                }
            }
        }

        // The error was the last of what had to wait.
        _ = connection.CloseAsync(s_farewell);
        return false;
    }

    /// <summary>Sends a small frame at once, or after the one that is being sent. There are never more of them than a player may ask for in a second.</summary>
    private void SendBetween(byte[] frame)
    {
        lock (_sending)
        {
            if (_isMidFrame && _between.Count < FramesPerSecondMax)
                _between.Enqueue(frame);
            else if (!_isMidFrame && _channel is { } channel)
                connection.SendData(channel, frame);
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

    /// <summary>Says why, and ends the connection once that has arrived: the player hears it behind all that is on its way, and in the middle of a frame after its end.</summary>
    private void Refuse(string detail)
    {
        var error = Frame.OfJson(FrameType.Error, new { title = "The player broke the protocol", status = 400, detail, fatal = true });
        Volatile.Write(ref _wanted, null);
        lock (_sending)
        {
            if (_isRefused)
                return;
            _isRefused = true;
            if (_isMidFrame)
            {
                _between.Enqueue(error);
                _ = LoseAsync();
                return;
            }
        }

        _ = SayAsync(error);
    }

    private async Task SayAsync(byte[] error)
    {
        try
        {
            if (_channel is not null)
                await SendAsync(error, _gone.Token).WaitAsync(s_farewell, time);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            // The player takes nothing, or is gone.
        }

        await connection.CloseAsync(s_farewell);
    }

    /// <summary>A player that takes nothing keeps the frame from its end.</summary>
    private async Task LoseAsync()
    {
        await Task.Delay(s_farewell, time, _gone.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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
