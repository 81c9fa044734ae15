using System.Collections.Concurrent;
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
    /// <summary>Most addresses of a peer that are routed to it; the one that was unused for longest makes room.</summary>
    internal const int AddressesMax = 32;

    /// <summary>The present user name and the one before the last ICE restart, which is good until the first check with the new one.</summary>
    private const int UsernamesMax = 2;

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
    private long _pendingBytes;
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

    /// <summary>
    /// Called for every event, in order, never two at a time, on the thread that caused it. It must not block. A handler that throws ends this session, with
    /// <see cref="CloseReason.Failed"/> and the exception in <see cref="SessionClosed"/>, and no other.
    /// </summary>
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

    /// <summary>Events that no handler has seen yet.</summary>
    internal int EventsWaiting
    {
        get
        {
            lock (_lock)
            {
                return _pendingEvents.Count;
            }
        }
    }

    /// <summary>The bytes of the messages among them.</summary>
    internal long EventBytesWaiting
    {
        get
        {
            lock (_lock)
            {
                return _pendingBytes;
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
    public IceCredentials RestartIce(IceCredentials remote) => Use((session, now) =>
    {
        IceCredentials local = session.RestartIce(remote, now);
        if (session.State == SessionState.Closed)
        {
            return local;
        }

        // Under the lock, so that a session that closes is forgotten with all names that it has.
        _usernames.Add(local.UsernameFragment);
        _host.AddUsername(local.UsernameFragment, this);
        if (_usernames.Count > UsernamesMax)
        {
            _host.RemoveUsername(_usernames[0], this);
            _usernames.RemoveAt(0);
        }

        return local;
    });

    /// <summary>
    /// Ends the session once the peer has everything that was accepted before; see <see cref="WebRtcSession.Shutdown"/>. Completes when it is over;
    /// <see cref="SessionClosed.Details"/> says whether all was delivered. Whoever serves the socket must go on doing so until then.
    /// </summary>
    /// <param name="limit">How long it may take; what is not delivered by then is lost.</param>
    public Task<SessionClosed> CloseAsync(TimeSpan limit)
    {
        Use((session, now) =>
        {
            session.Shutdown(now, limit);
            return true;
        });
        return Closed;
    }

    /// <summary>Ends the session at once: what was not sent, and what the peer has not confirmed, may be lost. <see cref="CloseAsync"/> waits for it.</summary>
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
        try
        {
            lock (_lock)
            {
                return _session.Handle(datagram, from, now);
            }
        }
#pragma warning disable CA1031 // The thread serves other sessions, too.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Fail(exception);
            return false;
        }
    }

    /// <summary>Sends what came of the datagrams that were handled.</summary>
    internal void Flush()
    {
        if (Drain())
        {
            DispatchEvents();
        }
    }

    internal void HandleTimeout(TimeSpan now)
    {
        try
        {
            lock (_lock)
            {
                _session.HandleTimeout(now);
                Drain_NeedsLock();
            }
        }
#pragma warning disable CA1031 // The thread serves other sessions, too.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Fail(exception);
        }

        DispatchEvents();
    }

    /// <summary>Routes an address that a valid check came from to this session, as the one that was used last.</summary>
    /// <param name="address">The address.</param>
    /// <param name="routes">Where it is routed by. It is changed under the lock, so that a session that closes is forgotten with all addresses that it has.</param>
    /// <returns>The address that had to make room; nothing is routed by it any more.</returns>
    internal TransportAddress? AddAddress(TransportAddress address, ConcurrentDictionary<TransportAddress, WebRtcConnection> routes)
    {
        lock (_lock)
        {
            if (_session.State == SessionState.Closed)
            {
                return null;
            }

            int index = _addresses.IndexOf(address);
            if (index >= 0)
            {
                if (index < _addresses.Count - 1)
                {
                    _addresses.RemoveAt(index);
                    _addresses.Add(address);
                }

                return null;
            }

            _addresses.Add(address);
            routes[address] = this;
            if (_addresses.Count <= AddressesMax)
            {
                return null;
            }

            index = _addresses[0] == _session.RemoteAddress ? 1 : 0;
            TransportAddress forgotten = _addresses[index];
            _addresses.RemoveAt(index);
            _session.ForgetAddress(forgotten);
            routes.TryRemove(new KeyValuePair<TransportAddress, WebRtcConnection>(forgotten, this));
            return forgotten;
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
        }

        Flush();
    }

    private bool Drain()
    {
        try
        {
            lock (_lock)
            {
                return Drain_NeedsLock();
            }
        }
#pragma warning disable CA1031 // The thread serves other sessions, too.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return Fail(exception);
        }
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
            _session.EventsWithOwner = _pendingEvents.Count;
            _session.EventBytesWithOwner = _pendingBytes;
            PollResult result = _session.Poll(batch.Next(), now);
            switch (result.Kind)
            {
                case PollKind.Datagram:
                    batch.Commit(result.Length, result.To);
                    continue;
                case PollKind.Event:
                    _pendingEvents.Enqueue(result.Event!);
                    _pendingBytes += WebRtcSession.BytesOf(result.Event!);
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
                _pendingBytes -= WebRtcSession.BytesOf(found);
                next = found;
            }

            if (Dispatch(next) is { } thrown)
            {
                Fail(thrown);
            }

            bool hasRoom;
            lock (_lock)
            {
                _dispatching = false;
                hasRoom = _session.HoldsDataBack && _pendingEvents.Count < WebRtcSession.EventsMax / 2 && _pendingBytes < WebRtcSession.EventBytesMax / 2;
            }

            // Data waited in the session because too many events waited here.
            if (hasRoom)
            {
                Drain();
            }
        }
    }

    /// <returns>What a handler threw.</returns>
    private Exception? Dispatch(SessionEvent sessionEvent)
    {
        switch (sessionEvent)
        {
            case SessionConnected:
                _connected.TrySetResult();
                break;
            case SessionClosed closed:
                _host.Forget(this, closed);
                _connected.TrySetCanceled();
                Exception? thrown = Tell(sessionEvent);
                _closed.TrySetResult(closed);
                lock (_lock)
                {
                    _session.Dispose();
                }

                return thrown;
        }

        return Tell(sessionEvent);
    }

    // Each handler on its own: that one throws must not keep the end of the session from the others.
    private Exception? Tell(SessionEvent sessionEvent)
    {
        Exception? thrown = null;
        foreach (Action<WebRtcConnection, SessionEvent> handler in Delegate.EnumerateInvocationList(Event))
        {
            try
            {
                handler(this, sessionEvent);
            }
#pragma warning disable CA1031 // Whatever it is: the thread serves other sessions, too.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                thrown ??= exception;
            }
        }

        return thrown;
    }

    // Something on a thread of the transport's threw: this session ends, no other. True if events wait to be dispatched.
    private bool Fail(Exception exception)
    {
        _host.Report(this, exception);
        lock (_lock)
        {
            if (_session.State != SessionState.Closed)
            {
                _pendingEvents.Clear();
                _pendingBytes = 0;
                _session.Fail(exception, _host.Now);
                Drain_NeedsLock();
            }

            return _pendingEvents.Count > 0;
        }
    }
}
