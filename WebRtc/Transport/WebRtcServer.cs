using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Nsn.WebRtc.Dtls;
using Nsn.WebRtc.Ice;
using Nsn.WebRtc.Network;
using Nsn.WebRtc.Sessions;
using Nsn.WebRtc.Stun;

namespace Nsn.WebRtc.Transport;

/// <summary>
/// Owns the UDP port, with one socket and thread a shard, and the port for ICE-TCP. A connectivity check is routed by its user name, everything else by the
/// address that it comes from.
/// </summary>
public sealed partial class WebRtcServer : IConnectionHost, IStreamHandler, IDisposable
{
    private static readonly TimeSpan TickMax = TimeSpan.FromMilliseconds(10);
    internal static readonly TimeSpan IdleTick = TimeSpan.FromMilliseconds(50);

    private readonly WebRtcServerOptions _options;
    private readonly ILogger _logger;
    private readonly ServerShard[] _shards;
    private readonly UdpPort _port;
    private readonly TcpPort? _streams;
    private readonly MonotonicClock _clock;
    private readonly ConcurrentDictionary<string, WebRtcConnection> _byUsername = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, WebRtcConnection> _byId = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<TransportAddress, WebRtcConnection> _byAddress = new();
    private readonly ThreadLocal<SendBatch> _batches;
    private volatile bool _stopping;

    /// <summary>Opens the port and starts.</summary>
    /// <param name="options">Its settings.</param>
    /// <param name="timeProvider">The clock; null for the system's.</param>
    /// <param name="logger">Told of handlers that throw; null for nobody.</param>
    /// <exception cref="SocketException">The port cannot be bound.</exception>
    public WebRtcServer(WebRtcServerOptions options, TimeProvider? timeProvider = null, ILogger<WebRtcServer>? logger = null)
    {
        _options = options;
        _logger = logger ?? NullLogger<WebRtcServer>.Instance;
        _clock = new MonotonicClock(timeProvider ?? TimeProvider.System);
        Certificate = options.CertificatePath is null ? DtlsCertificate.CreateEphemeral() : DtlsCertificate.LoadOrCreate(options.CertificatePath);
        int shards = LibC.IsSupported ? options.Shards : 1;
        _port = UdpPort.Open(options.BindAddress, options.Port, isShared: shards > 1);
        _shards = [.. Enumerable.Range(0, shards).Select(index => new ServerShard(this, index == 0 ? _port : _port.OpenAnother(), index))];
        _streams = options.EnableTcp ? OpenTcp(timeProvider ?? TimeProvider.System) : null;
        _batches = new ThreadLocal<SendBatch>(() => new SendBatch(_port, _streams, Sent));
        Candidates = FindCandidates();
        foreach (ServerShard shard in _shards)
        {
            shard.Start();
        }
    }

    /// <summary>The bound UDP port.</summary>
    public int Port => _port.LocalPort;

    /// <summary>The bound port for ICE-TCP; null if it is off or none was free.</summary>
    public int? TcpPort => _streams?.LocalPort;

    /// <summary>Open ICE-TCP connections.</summary>
    public int TcpConnections => _streams?.Count ?? 0;

    /// <summary>The certificate that all sessions show.</summary>
    public DtlsCertificate Certificate { get; }

    /// <summary>What is announced.</summary>
    public IReadOnlyList<IceCandidate> Candidates { get; }

    /// <summary>The sessions that are not closed.</summary>
    public ICollection<WebRtcConnection> Connections => _byId.Values;

    /// <summary>How many sessions there are.</summary>
    public int Count => _byId.Count;

    /// <summary>True if no more sessions are taken for now.</summary>
    public bool IsFull => _byId.Count >= _options.SessionsMax;

    /// <summary>How long ago the slowest of the threads that drive the sessions came round; some milliseconds in a healthy server.</summary>
    public TimeSpan SinceLastRound => Now - _shards.Min(shard => shard.LastRound);

    /// <summary>The monotonic time that sessions live in.</summary>
    public TimeSpan Now => _clock.Now;

    /// <summary>Answers an offer and serves the session.</summary>
    /// <param name="offer">The peer's description.</param>
    /// <param name="configure">Changes the options of this session; null to leave them.</param>
    /// <param name="connection">The session.</param>
    /// <param name="answer">Our description.</param>
    /// <param name="reason">What is wrong with the offer.</param>
    public bool TryAccept(
        string offer, Func<SessionOptions, SessionOptions>? configure, out WebRtcConnection? connection, out string answer, out string? reason)
    {
        connection = null;
        SessionOptions options = CreateOptions();
        options = configure is null ? options : configure(options);
        if (!WebRtcSession.TryAccept(offer, options, Now, out WebRtcSession? session, out answer, out reason))
        {
            return false;
        }

        connection = Serve(session!);
        return true;
    }

    /// <summary>
    /// Makes an offer and serves the session once <see cref="WebRtcConnection.TryApplyAnswer"/> got the answer; for signalling of one's own in which the server speaks
    /// first. Without an answer the session closes after half a minute.
    /// </summary>
    /// <param name="configure">Changes the options of this session; null to leave them.</param>
    /// <param name="offer">Our description, with one video codec: the first of the options.</param>
    public WebRtcConnection CreateOffer(Func<SessionOptions, SessionOptions>? configure, out string offer)
    {
        SessionOptions options = CreateOptions();
        return Serve(WebRtcSession.CreateServerOffer(configure is null ? options : configure(options), Now, out offer));
    }

    /// <summary>Finds a session by its id.</summary>
    public bool TryGet(string id, out WebRtcConnection? connection) => _byId.TryGetValue(id, out connection);

    /// <summary>Closes all sessions in order, then the port.</summary>
    public void Dispose()
    {
        if (_stopping)
        {
            return;
        }

        foreach (WebRtcConnection connection in _byId.Values)
        {
            connection.Close();
        }

        _stopping = true;
        foreach (ServerShard shard in _shards)
        {
            shard.Join();
        }

        _streams?.Dispose();
        foreach (ServerShard shard in _shards)
        {
            shard.Port.Dispose();
        }

        _batches.Dispose();
        Certificate.Dispose();
    }

    private WebRtcConnection Serve(WebRtcSession session)
    {
        WebRtcConnection connection = new(this, session);
        Interlocked.Increment(ref _accepted);
        _byUsername[session.LocalUsernameFragment] = connection;
        Enlist(connection);
        return connection;
    }

    SendBatch IConnectionHost.Batch => _batches.Value!;

    internal SessionOptions CreateOptions() => new()
    {
        Certificate = Certificate,
        Candidates = Candidates,
        VideoCodecs = [.. _options.VideoCodecs],
        Epoch = _clock.Epoch,
        StartBitrate = _options.StartBitrate,
        PlayoutDelay = _options.PlayoutDelay,
        LegacySrtpOnly = _options.LegacySrtpOnly,
    };

    void IConnectionHost.Forget(WebRtcConnection connection, SessionClosed closed)
    {
        Retire(connection, closed);
        foreach (string username in connection.Usernames)
        {
            RemoveUsername(username, connection);
        }

        foreach (TransportAddress address in connection.Addresses)
        {
            _byAddress.TryRemove(new KeyValuePair<TransportAddress, WebRtcConnection>(address, connection));
            if (address.Stream != 0)
            {
                _streams?.Close(address);
            }
        }
    }

    void IConnectionHost.AddUsername(string usernameFragment, WebRtcConnection connection) => _byUsername[usernameFragment] = connection;

    void IConnectionHost.RemoveUsername(string usernameFragment, WebRtcConnection connection) => RemoveUsername(usernameFragment, connection);

    void IConnectionHost.Report(WebRtcConnection connection, Exception exception) => LogFailed(exception, connection.Id);

    private void RemoveUsername(string usernameFragment, WebRtcConnection connection) =>
        _byUsername.TryRemove(new KeyValuePair<string, WebRtcConnection>(usernameFragment, connection));

    [LoggerMessage(1, LogLevel.Error, "The WebRTC session {Session} was closed: a handler of its events, or the session itself, threw")]
    private partial void LogFailed(Exception exception, string session);

    internal bool IsStopping => _stopping;

    /// <summary>User names that lead to a session.</summary>
    internal int RoutedNames => _byUsername.Count;

    /// <summary>Makes the calling thread send through its own shard's socket.</summary>
    internal SendBatch UsePort(UdpPort port) => _batches.Value = new SendBatch(port, _streams, Sent);

    /// <summary>Does what is due in a shard's share of the sessions, and says when to come back.</summary>
    internal TimeSpan DriveClocks(int shard, bool moreToReceive)
    {
        TimeSpan now = Now;
        TimeSpan next = TimeSpan.MaxValue;
        foreach (WebRtcConnection connection in Volatile.Read(ref _driven))
        {
            if (_shards.Length > 1 && (connection.Number & int.MaxValue) % _shards.Length != shard)
            {
                continue;
            }

            TimeSpan deadline = connection.Deadline;
            if (deadline <= now)
            {
                connection.HandleTimeout(now);
                deadline = connection.Deadline;
            }

            next = deadline < next ? deadline : next;
        }

        if (moreToReceive)
        {
            return TimeSpan.Zero;
        }

        TimeSpan wait = next == TimeSpan.MaxValue ? IdleTick : next - now;
        TimeSpan limit = _driven.Length == 0 ? IdleTick : TickMax;
        return wait < TimeSpan.FromMilliseconds(1) ? TimeSpan.FromMilliseconds(1) : wait < limit ? wait : limit;
    }

    /// <summary>Gives a datagram to its session; null if there is none. What the session wants to send in answer waits for its flush.</summary>
    internal WebRtcConnection? Deliver(Span<byte> datagram, TransportAddress from, TimeSpan now)
    {
        if (Route(datagram, from, out bool isCheck) is not { } connection)
        {
            return null;
        }

        if (connection.Handle(datagram, from, now) && isCheck && connection.AddAddress(from, _byAddress) is { Stream: not 0 } forgotten)
        {
            _streams?.Close(forgotten);
        }

        return connection;
    }

    // Checks are routed by user name, so that a peer is found again behind another address; all else by the address.
    private WebRtcConnection? Route(ReadOnlySpan<byte> datagram, TransportAddress from, out bool isCheck)
    {
        isCheck = false;
        if (StunMessage.LooksLikeStun(datagram))
        {
            if (!StunMessage.TryParse(datagram, out StunMessage message, out _))
            {
                return null;
            }

            if (message.Class == StunClass.Request)
            {
                isCheck = true;
                return FindByUsername(message.Username);
            }
        }

        return _byAddress.TryGetValue(from, out WebRtcConnection? connection) ? connection : null;
    }

    private WebRtcConnection? FindByUsername(ReadOnlySpan<byte> username)
    {
        int colon = username.IndexOf((byte)':');
        if (colon is <= 0 or > 256)
        {
            return null;
        }

        Span<char> fragment = stackalloc char[256];
        int length = Encoding.UTF8.GetChars(username[..colon], fragment);
        return _byUsername.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(fragment[..length], out WebRtcConnection? connection) ? connection : null;
    }
}
