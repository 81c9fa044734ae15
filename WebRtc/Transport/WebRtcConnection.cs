using Nsn.WebRtc.DataChannels;
using Nsn.WebRtc.Ice;
using Nsn.WebRtc.Media;
using Nsn.WebRtc.Network;
using Nsn.WebRtc.Sctp;
using Nsn.WebRtc.Sessions;

namespace Nsn.WebRtc.Transport;

/// <summary>A session together with the socket that serves it: thread-safe, one lock a session, handlers run outside of it.</summary>
public sealed class WebRtcConnection
{
    private const int AddressesMax = 32;
    private static int _lastNumber;

    private readonly IConnectionHost _host;
    private readonly WebRtcSession _session;
    private readonly Lock _lock = new();
    private readonly Queue<SessionEvent> _pendingEvents = new();
    private readonly List<TransportAddress> _addresses = [];
    private readonly List<string> _usernames = [];
    private readonly TaskCompletionSource<SessionClosed> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _deadlineTicks;
    private SendBatch? _unsentIn;
    private long _unsent;
    private bool _dispatching;

    internal WebRtcConnection(IConnectionHost host, WebRtcSession session)
    {
        _host = host;
        _session = session;
        CreatedAt = host.Now;
        _usernames.Add(session.LocalUsernameFragment);
        Drain_NeedsLock();
    }

    /// <summary>128 random bits as hexadecimal text.</summary>
    public string Id => _session.Id;

    /// <summary>How far it is.</summary>
    public SessionState State => _session.State;

    /// <summary>When the offer came, on the server's monotonic clock.</summary>
    public TimeSpan CreatedAt { get; }

    /// <summary>Whatever the owner wants to find again here.</summary>
    public object? Tag { get; set; }

    /// <summary>Completes when media can be sent; is cancelled if the session closes before.</summary>
    public Task Connected => _connected.Task;

    /// <summary>Completes when the session is over.</summary>
    public Task<SessionClosed> Closed => _closed.Task;

    /// <summary>Called for every event, in order, never two at a time, on the thread that caused it. It must not block.</summary>
    public event Action<WebRtcConnection, SessionEvent>? Event;

    /// <summary>The codec of the video that this peer gets; null if it gets none.</summary>
    public MediaCodec? VideoCodec => _session.VideoCodec;

    /// <summary>True if the peer wants media from us.</summary>
    public bool SendsMedia => _session.SendsMedia;

    /// <summary>Counts connections, to spread them over shards.</summary>
    internal int Number { get; } = Interlocked.Increment(ref _lastNumber);

    internal TimeSpan Deadline => TimeSpan.FromTicks(Interlocked.Read(ref _deadlineTicks));

    internal IReadOnlyList<TransportAddress> Addresses
    {
        get
        {
            lock (_lock)
            {
                return [.. _addresses];
            }
        }
    }

    internal IReadOnlyList<string> Usernames
    {
        get
        {
            lock (_lock)
            {
                return [.. _usernames];
            }
        }
    }

    /// <summary>Opens a data channel; messages may be queued at once.</summary>
    /// <exception cref="InvalidOperationException">Data channels were not negotiated, the session is not connected, or there are too many channels.</exception>
    public DataChannel OpenDataChannel(string label, DataChannelSettings? settings = null) =>
        Use((session, now) => session.OpenDataChannel(label, settings ?? new DataChannelSettings(), now));

    /// <summary>
    /// Queues a binary message without copying it; its bytes must not change until it is delivered. After <see cref="SctpSendResult.BufferFull"/> wait for
    /// <see cref="DataChannelWritable"/>.
    /// </summary>
    public SctpSendResult SendData(DataChannel channel, ReadOnlyMemory<byte> message)
    {
        SctpSendResult result;
        lock (_lock)
        {
            result = channel.Send(message, _host.Now);
            Drain_NeedsLock();
        }

        DispatchEvents();
        return result;
    }

    /// <summary>Queues a text message.</summary>
    public SctpSendResult SendText(DataChannel channel, string text)
    {
        SctpSendResult result;
        lock (_lock)
        {
            result = channel.SendText(text, _host.Now);
            Drain_NeedsLock();
        }

        DispatchEvents();
        return result;
    }

    /// <summary>Closes a channel once what was queued is sent.</summary>
    public void CloseDataChannel(DataChannel channel) => Use((_, _) =>
    {
        channel.Close();
        return true;
    });

    /// <summary>Bytes that wait on a channel.</summary>
    public int BufferedAmount(DataChannel channel)
    {
        lock (_lock)
        {
            return channel.BufferedAmount;
        }
    }

    /// <summary>Says at how many waiting bytes <see cref="DataChannelWritable"/> is due; zero in the beginning.</summary>
    public void SetBufferedAmountLowThreshold(DataChannel channel, int bytes)
    {
        lock (_lock)
        {
            channel.SetBufferedAmountLowThreshold(bytes);
        }
    }

    /// <summary>The counters now.</summary>
    public SessionStatistics GetStatistics()
    {
        lock (_lock)
        {
            return _session.GetStatistics();
        }
    }

    /// <summary>Sends a frame; see <see cref="WebRtcSession.SendFrame(MediaFrame)"/>.</summary>
    public bool SendFrame(MediaFrame frame)
    {
        bool sent;
        bool hasEvents;
        lock (_lock)
        {
            sent = _session.SendFrame(frame);
            hasEvents = Drain_NeedsLock();
        }

        if (hasEvents)
        {
            DispatchEvents();
        }

        return sent;
    }

    /// <summary>Sends a group of pictures at once; see <see cref="WebRtcSession.SendBacklog"/>.</summary>
    public void SendBacklog(IReadOnlyList<MediaFrame> frames)
    {
        lock (_lock)
        {
            _session.SendBacklog(frames);
            Drain_NeedsLock();
        }

        DispatchEvents();
    }

    /// <summary>See <see cref="WebRtcSession.ChooseEncoding"/>.</summary>
    public bool ChooseEncoding(ReadOnlySpan<long> rates)
    {
        bool changed;
        lock (_lock)
        {
            changed = _session.ChooseEncoding(rates, _host.Now);
            Drain_NeedsLock();
        }

        DispatchEvents();
        return changed;
    }

    /// <summary>Runs something on the session under its lock, then sends what came of it.</summary>
    public T Use<T>(Func<WebRtcSession, TimeSpan, T> action)
    {
        T result;
        lock (_lock)
        {
            result = action(_session, _host.Now);
            Drain_NeedsLock();
        }

        DispatchEvents();
        return result;
    }

    /// <summary>Takes the peer's answer to <see cref="WebRtcServer.CreateOffer"/>.</summary>
    /// <param name="answer">The peer's description.</param>
    /// <param name="reason">What is wrong with it, for the person who sent it.</param>
    public bool TryApplyAnswer(string answer, out string? reason)
    {
        reason = Use((session, now) => session.TryApplyAnswer(answer, now, out string? problem) ? null : problem ?? "unknown");
        return reason is null;
    }

    /// <summary>ICE restart: takes the peer's new credentials and gives ours.</summary>
    public IceCredentials RestartIce(IceCredentials remote)
    {
        IceCredentials local = Use((session, now) => session.RestartIce(remote, now));
        lock (_lock)
        {
            _usernames.Add(local.UsernameFragment);
        }

        _host.AddUsername(local.UsernameFragment, this);
        return local;
    }

    /// <summary>Ends the session in order.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _session.Close(_host.Now);
            Drain_NeedsLock();
        }

        DispatchEvents();
    }

    internal bool Handle(Span<byte> datagram, TransportAddress from, TimeSpan now)
    {
        bool taken;
        lock (_lock)
        {
            taken = _session.Handle(datagram, from, now);
        }

        return taken;
    }

    /// <summary>Sends what came of the datagrams that were handled.</summary>
    internal void Flush()
    {
        bool hasEvents;
        lock (_lock)
        {
            hasEvents = Drain_NeedsLock();
        }

        if (hasEvents)
        {
            DispatchEvents();
        }
    }

    internal void HandleTimeout(TimeSpan now)
    {
        lock (_lock)
        {
            _session.HandleTimeout(now);
            Drain_NeedsLock();
        }

        DispatchEvents();
    }

    /// <summary>Remembers an address that a valid check came from; false if it is known already or there are too many.</summary>
    internal bool AddAddress(TransportAddress address)
    {
        lock (_lock)
        {
            if (_session.State == SessionState.Closed || _addresses.Contains(address) || _addresses.Count >= AddressesMax)
            {
                return false;
            }

            _addresses.Add(address);
            return true;
        }
    }

    /// <summary>An ICE-TCP connection of the peer's is gone.</summary>
    internal void RemoveAddress(TransportAddress address)
    {
        lock (_lock)
        {
            if (!_addresses.Remove(address) || _session.State == SessionState.Closed)
            {
                return;
            }

            _session.ForgetAddress(address);
            Drain_NeedsLock();
        }

        DispatchEvents();
    }

    /// <returns>True if events wait to be dispatched.</returns>
    private bool Drain_NeedsLock()
    {
        TimeSpan now = _host.Now;
        SendBatch batch = _host.Batch;
        if (_unsentIn is { } other && other != batch && other.IsWaiting(_unsent))
        {
            // Another thread is about to send what it gathered for many sessions, this one among them. What comes now must not overtake it: the clock comes back.
            Interlocked.Exchange(ref _deadlineTicks, now.Ticks);
            return _pendingEvents.Count > 0;
        }

        while (true)
        {
            PollResult result = _session.Poll(batch.Next(), now);
            switch (result.Kind)
            {
                case PollKind.Datagram:
                    batch.Commit(result.Length, result.To);
                    continue;
                case PollKind.Event:
                    _pendingEvents.Enqueue(result.Event!);
                    continue;
            }

            batch.FlushUnlessHeld();
            _unsentIn = batch;
            _unsent = batch.Waiting;
            Interlocked.Exchange(ref _deadlineTicks, result.Deadline.Ticks);
            return _pendingEvents.Count > 0;
        }
    }

    // Handlers run outside the lock, one at a time and in order: whoever finds nobody dispatching does it for all.
    private void DispatchEvents()
    {
        while (true)
        {
            SessionEvent next;
            lock (_lock)
            {
                if (_dispatching || !_pendingEvents.TryDequeue(out SessionEvent? found))
                {
                    return;
                }

                _dispatching = true;
                next = found;
            }

            try
            {
                Dispatch(next);
            }
            finally
            {
                lock (_lock)
                {
                    _dispatching = false;
                }
            }
        }
    }

    private void Dispatch(SessionEvent sessionEvent)
    {
        switch (sessionEvent)
        {
            case SessionConnected:
                _connected.TrySetResult();
                break;
            case SessionClosed closed:
                _host.Forget(this, closed);
                _connected.TrySetCanceled();
                Event?.Invoke(this, sessionEvent);
                _closed.TrySetResult(closed);
                lock (_lock)
                {
                    _session.Dispose();
                }

                return;
        }

        Event?.Invoke(this, sessionEvent);
    }
}
