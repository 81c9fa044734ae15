using Nsn.WebRtc.Congestion;
using Nsn.WebRtc.Dtls;
using Nsn.WebRtc.Ice;
using Nsn.WebRtc.Network;
using Nsn.WebRtc.Sdp;
using Nsn.WebRtc.Srtp;

namespace Nsn.WebRtc.Sessions;

/// <summary>
/// One peer connection as a state machine without sockets, threads and clocks. Put datagrams in with <see cref="Handle"/>, call
/// <see cref="HandleTimeout"/> at the deadline, and after each call drain <see cref="Poll"/> until it says <see cref="PollKind.Idle"/>.
/// </summary>
/// <remarks>
/// <para>All times are one monotonic clock's, chosen by the caller; zero is <see cref="SessionOptions.Epoch"/>.</para>
/// <para>Not thread-safe: the owner serialises calls. Bytes from outside never throw.</para>
/// <para>It never sends anything but answers to authenticated connectivity checks to an address that was not validated by ICE, takes a
/// ClientHello from validated addresses only, and lets no media in or out before the fingerprint was compared.</para>
/// </remarks>
public sealed partial class WebRtcSession : IDisposable
{
    /// <summary>Room that <see cref="Poll"/> needs for a datagram, bytes.</summary>
    public const int DatagramMax = 1_500;

    private readonly SessionOptions _options;
    private readonly IceAgent _ice;
    private readonly DatagramQueue _control = new();
    private readonly Queue<SessionEvent> _events = new();
    private readonly byte[] _scratch = new byte[2_048];
#pragma warning disable CA1859 // The interface is the seam for DTLS 1.3.
    private IDtlsTransport? _dtls;
#pragma warning restore CA1859
    private SrtpSender? _srtpSender;
    private SrtpReceiver? _srtpReceiver;
    private DtlsRole _dtlsRole;
    private string _remoteFingerprint = string.Empty;
    private SessionClosed? _unreportedEnd;
    private TimeSpan _closeBy = TimeSpan.MaxValue;
    private bool _dtlsStarted;
    private bool _disposed;

    private WebRtcSession(SessionOptions options, IceRole role)
    {
        options.Validate();
        _options = options;
        _ice = new IceAgent(role, IceCredentials.Create(options.Random), options.Random);
        _bandwidth = new BandwidthEstimator(options.StartBitrate, options.MaxBitrate);
        _pacer = new Pacer(MediaBurst) { BitsPerSecond = PacingBitrate(options.StartBitrate) };
        _repeatPacer = new Pacer(RepeatBurst) { BitsPerSecond = RepeatBitrate(options.StartBitrate) };
        _playoutDelay = new PlayoutDelay(options.PlayoutDelay);
        Span<byte> id = stackalloc byte[16];
        options.Random.Fill(id);
        Id = Convert.ToHexStringLower(id);
    }

    /// <summary>128 random bits that name the session, as hexadecimal text.</summary>
    public string Id { get; }

    /// <summary>How far the session is.</summary>
    public SessionState State { get; private set; }

    /// <summary>Our ICE user name fragment, by which the first checks find the session.</summary>
    public string LocalUsernameFragment => _ice.Local.UsernameFragment;

    /// <summary>The address that we send to; null before the first check.</summary>
    public TransportAddress? RemoteAddress => _ice.Selected;

    /// <summary>Takes a datagram. It is changed in place (decryption).</summary>
    /// <returns>False if the datagram was dropped; <see cref="LastDropReason"/> says why.</returns>
    public bool Handle(Span<byte> datagram, TransportAddress from, TimeSpan now)
    {
        if (_disposed || State == SessionState.Closed)
        {
            return Drop("the session is closed");
        }

        if (datagram.IsEmpty)
        {
            return Drop("empty");
        }

        // RFC 7983: the first byte tells the protocols apart.
        return datagram[0] switch
        {
            < 4 => HandleStun(datagram, from, now),
            >= 20 and <= 63 => HandleDtls(datagram, from, now),
            >= 128 and <= 191 => HandleMedia(datagram, from, now),
            _ => Drop("neither STUN nor DTLS nor RTP"),
        };
    }

    /// <summary>An address that cannot be used any more (a closed TCP connection): another validated one of the peer's takes its place.</summary>
    public void ForgetAddress(TransportAddress address) => _ice.Forget(address);

    /// <summary>Why the last datagram was dropped.</summary>
    public string? LastDropReason { get; private set; }

    /// <summary>How many datagrams were dropped.</summary>
    public long DatagramsDropped { get; private set; }

    /// <summary>Does what is due.</summary>
    public void HandleTimeout(TimeSpan now)
    {
        if (_disposed || State == SessionState.Closed)
        {
            return;
        }

        _ice.HandleTimeout(now, _control);
        if (_ice.IsExpired)
        {
            End(CloseReason.ConsentExpired, "no connectivity check succeeded for 30 s");
            return;
        }

        if (_dtls is not null && now >= _dtls.Deadline)
        {
            _dtls.HandleTimeout(now);
            AfterDtls(now);
        }

        if (State == SessionState.Connected)
        {
            HandleMediaTimeout(now);
            HandleDataTimeout(now);
            if (now >= _closeBy)
            {
                Close(now);
            }
        }
    }

    /// <summary>The next thing to do for the caller.</summary>
    /// <param name="datagram">Room for a datagram, at least <see cref="DatagramMax"/> bytes.</param>
    /// <param name="now">The time.</param>
    public PollResult Poll(Span<byte> datagram, TimeSpan now)
    {
        if (TryDequeueEvent(out SessionEvent? sessionEvent))
        {
            return new PollResult(PollKind.Event, 0, default, sessionEvent, now);
        }

        if (!_disposed)
        {
            if (State == SessionState.Connected || _unreportedEnd is not null)
            {
                PumpData(now);
                if (TryDequeueEvent(out sessionEvent))
                {
                    return new PollResult(PollKind.Event, 0, default, sessionEvent, now);
                }
            }

            if (_control.TryDequeue(datagram, out int length, out TransportAddress to))
            {
                return new PollResult(PollKind.Datagram, length, to, null, now);
            }

            if (State == SessionState.Connected && _ice.Selected is { } selected)
            {
                // Media is paced and has a time to keep; data takes what is left.
                length = PollMedia(datagram, now);
                length = length > 0 ? length : PollData(datagram, now);
                if (length > 0)
                {
                    return new PollResult(PollKind.Datagram, length, selected, null, now);
                }
            }
        }

        bool isBurstCut = _dataBurst >= DataBurstMax;
        _dataBurst = 0;
        if (IsClosing && State == SessionState.Connected && !isBurstCut && IsDrained)
        {
            Close(now);
            return Poll(datagram, now);
        }

        if (_unreportedEnd is { } end && !HasUnreadData)
        {
            _unreportedEnd = null;
            return new PollResult(PollKind.Event, 0, default, end, now);
        }

        return new PollResult(PollKind.Idle, 0, default, null, NextDeadline(now, isBurstCut));
    }

    /// <summary>
    /// Ends the session at once: BYE and close_notify go out with the next polls. Frames and messages that were not sent yet, and messages of which the peer has not
    /// confirmed that they came, are lost or not as chance will have it; <see cref="Shutdown"/> waits for them.
    /// </summary>
    public void Close(TimeSpan now)
    {
        if (State == SessionState.Closed)
        {
            return;
        }

        bool isDelivered = QueuedMediaBytes == 0 && _data is not { Association.CloseReason: not Sctp.SctpCloseReason.Shutdown };
        if (!IsClosing)
        {
            // Whoever closes at once wants to hear no more.
            _data?.DropEvents();
        }

        SayGoodbye(now);
        End(CloseReason.Local, !IsClosing ? "closed by this side" : isDelivered ? "closed by this side, after all was delivered" : "closed by this side, before all was delivered");
    }

    /// <summary>
    /// Ends the session once the peer has everything: takes no more frames and messages, sends what waits, closes each data channel, ends their association (SHUTDOWN)
    /// and only then says BYE and close_notify. Reliable messages that were accepted before are delivered unless <paramref name="limit"/> comes first; then it is
    /// <see cref="Close"/>, and <see cref="SessionClosed.Details"/> says so. What the peer sends meanwhile still comes as events.
    /// </summary>
    /// <param name="now">The time.</param>
    /// <param name="limit">How long it may take. A second call can only shorten it.</param>
    public void Shutdown(TimeSpan now, TimeSpan limit)
    {
        if (State != SessionState.Connected || limit <= TimeSpan.Zero)
        {
            Close(now);
            return;
        }

        if (!IsClosing)
        {
            _data?.Shutdown(now);
        }

        _closeBy = limit < TimeSpan.MaxValue - now ? Min(_closeBy, now + limit) : _closeBy;
        IsClosing = true;
    }

    /// <summary>True after <see cref="Shutdown"/>: nothing new is taken any more.</summary>
    public bool IsClosing { get; private set; }

    // The association's last packet goes out with the polls before.
    private bool IsDrained => QueuedMediaBytes == 0 && _data is not { Association.CloseReason: Sctp.SctpCloseReason.None };

    /// <summary>
    /// Ends the session because something of ours threw. Events that were not polled yet are lost but for the end itself. The peer is told where the session still can.
    /// </summary>
    internal void Fail(Exception exception, TimeSpan now)
    {
        if (State == SessionState.Closed)
        {
            return;
        }

        _events.Clear();
        _eventBytes = 0;
        _data?.DropEvents();
        try
        {
            SayGoodbye(now);
        }
#pragma warning disable CA1031 // Whatever broke the session may break its farewell; the end must come all the same.
        catch (Exception)
#pragma warning restore CA1031
        {
            // The peer's consent timer ends it there.
        }

        End(new SessionClosed(CloseReason.Failed, exception.Message) { Exception = exception });
    }

    private void SayGoodbye(TimeSpan now)
    {
        SendBye();
        CloseData(now);
        _dtls?.Close();
        FlushDtls();
    }

    /// <summary>Frees keys and OpenSSL's objects. Call it after the last poll.</summary>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        State = SessionState.Closed;
        _dtls?.Dispose();
        _srtpSender?.Dispose();
        _srtpReceiver?.Dispose();
        _control.Dispose();
        _data?.Dispose();
        foreach (OutgoingTrack track in _outgoing)
        {
            track.Dispose();
        }

        foreach (IncomingStream stream in _incoming.Values)
        {
            stream.Dispose();
        }
    }

    private bool HandleStun(ReadOnlySpan<byte> datagram, TransportAddress from, TimeSpan now)
    {
        if (!_ice.TryHandle(datagram, from, now, _control, out string? reason))
        {
            return Drop(reason ?? "STUN");
        }

        if (_ice.Selected is not null && !_dtlsStarted && _dtls is not null)
        {
            _dtlsStarted = true;
            _dtls.Start(now);
            AfterDtls(now);
        }

        NotePathChange();
        return true;
    }

    private bool HandleDtls(ReadOnlySpan<byte> datagram, TransportAddress from, TimeSpan now)
    {
        if (!_dtlsStarted || !_ice.IsValidated(from))
        {
            return Drop("DTLS from an address that ICE has not validated");
        }

        _dtls!.Handle(datagram, now);
        AfterDtls(now);
        return true;
    }

    private void AfterDtls(TimeSpan now)
    {
        FlushDtls();
        if (State == SessionState.Connecting && _dtls!.State == DtlsState.Connected)
        {
            Connect(now);
        }

        while (_dtls!.PollApplicationData(_scratch) is > 0 and int length)
        {
            HandleDataMessage(_scratch.AsSpan(0, length), now);
        }

        FlushDtls();
        if (_dtls.State == DtlsState.Failed)
        {
            End(CloseReason.DtlsFailed, _dtls.FailureReason ?? "unknown");
        }
        else if (_dtls.State == DtlsState.Closed)
        {
            End(CloseReason.Peer, "the peer said close_notify");
        }
    }

    private void Connect(TimeSpan now)
    {
        if (_dtls!.SrtpKeys is { } keys)
        {
            _srtpSender = new SrtpSender(keys.Profile, keys.LocalKey, keys.LocalSalt);
            _srtpReceiver = new SrtpReceiver(keys.Profile, keys.RemoteKey, keys.RemoteSalt);
            SrtpProfile = keys.Profile;
        }

        State = SessionState.Connected;
        StartMedia(now);
        StartData(now);
        _events.Enqueue(new SessionConnected());
    }

    private void FlushDtls()
    {
        if (_dtls is null || _ice.Selected is not { } selected)
        {
            return;
        }

        Span<byte> datagram = stackalloc byte[DatagramMax];
        while (_dtls.PollDatagram(datagram) is > 0 and int length)
        {
            _control.Enqueue(datagram[..length], selected);
        }
    }

    private void End(CloseReason reason, string details) => End(new SessionClosed(reason, details));

    private void End(SessionClosed closed)
    {
        if (State == SessionState.Closed)
        {
            return;
        }

        State = SessionState.Closed;
        _ice.Expire();

        // Messages that came before the end, and that their owner had no room for yet, come before the end.
        _unreportedEnd = closed;
    }

    private TimeSpan NextDeadline(TimeSpan now, bool isBurstCut)
    {
        if (_disposed || State == SessionState.Closed)
        {
            return TimeSpan.MaxValue;
        }

        TimeSpan deadline = Min(_ice.Deadline, _closeBy);
        deadline = Min(deadline, _dtls?.Deadline ?? TimeSpan.MaxValue);
        if (State == SessionState.Connected)
        {
            deadline = Min(deadline, MediaDeadline(now));
            deadline = Min(deadline, DataDeadline(isBurstCut, now));
        }

        return deadline;
    }

    private bool Drop(string reason)
    {
        LastDropReason = reason;
        DatagramsDropped++;
        return false;
    }

    private static TimeSpan Min(TimeSpan left, TimeSpan right) => left < right ? left : right;
}
