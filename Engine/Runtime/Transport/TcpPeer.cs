using System.Buffers;
using System.Buffers.Binary;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Nsn.Engine.Runtime.Transport;

/// <summary>One connection.</summary>
/// <remarks>Split by topic: this file is the beginning and the end, <c>TcpPeer.Write.cs</c> and <c>TcpPeer.Read.cs</c> the two directions.</remarks>
internal sealed partial class TcpPeer
{
    private const uint Magic = 0x324e534e; // "NSN2"
    private const int BatchBytes = 64 * 1024;
    private const int GreetingBytesMax = 1024;

    /// <summary>The third line of an answer: this connection is not used, the one that the answering side opens is.</summary>
    private const string OtherComes = "\nother";
    private static readonly TimeSpan s_greetingTimeout = TimeSpan.FromSeconds(5);

    private readonly TcpTransport _transport;
    private Socket? _socket;
    private SslStream? _tls;
    private int _closed;
    private volatile bool _runs;
    private volatile bool _hasReceived;
    private TimeSpan _silent;
    private TimeSpan _quiet;

    public TcpPeer(TcpTransport transport, SiloAddress remote)
    {
        _transport = transport;
        Remote = remote;
        _spinner = new Spinner(transport.Turnstile);
    }

    public SiloAddress Remote { get; private set; }

    /// <summary>Whether the peer has opened it.</summary>
    public bool WasAccepted { get; private init; }

    public async Task ConnectAsync(CancellationToken cancellationToken)
    {
        _transport.Opened(this);
        try
        {
            var (answered, comes) = await OpenAsync(cancellationToken);
            if (!Remote.Equals(answered))
                throw new InvalidDataException($"{answered} answered instead of {Remote}: the silo was restarted.");
            if (comes)
                await _handedOver.Task.WaitAsync(s_greetingTimeout, cancellationToken);
            if (TryKeep())
                Run();
            else
                Close("the connection that the peer opened is used");
        }
        catch (Exception exception)
        {
            if (!_handedOver.Task.IsCompleted)
                LogFailed(_transport.Logger, Remote.ToString(), exception.Message);
            Close(exception.Message);
        }
    }

    /// <summary>Connects to whoever listens there; <see cref="Run"/> comes after it.</summary>
    public async Task<SiloAddress> ConnectToAnyAsync(CancellationToken cancellationToken)
    {
        _transport.Opened(this);
        try
        {
            (Remote, _) = await OpenAsync(cancellationToken);
            TryKeep();
            return Remote;
        }
        catch (Exception exception)
        {
            LogFailed(_transport.Logger, Remote.Endpoint.ToString(), exception.Message);
            Close(exception.Message);
            throw;
        }
    }

    public static async Task AcceptAsync(TcpTransport transport, Socket socket, CancellationToken cancellationToken)
    {
        var from = socket.RemoteEndPoint?.ToString();
        var peer = new TcpPeer(transport, SiloAddress.Zero) { _socket = socket, _isThrough = true, WasAccepted = true };
        transport.Opened(peer);
        try
        {
            socket.NoDelay = true;
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(s_greetingTimeout);
            if (transport.Tls is { } tls)
                peer._tls = await TlsHandshake.AnswerAsync(socket, tls, limit.Token);
            (peer.Remote, _) = await peer.ReadGreetingAsync(limit.Token);
            var used = transport.TryAttach(peer.Remote, peer);
            await peer.SendGreetingAsync(otherComes: !used, limit.Token);
            if (used)
                peer.Run();
            else
                peer.Close("the connection that this side opens is used");
        }
        catch (Exception exception)
        {
            var reason = exception is OperationCanceledException ? "it did not greet in time" : exception.Message;
            LogRefused(transport.Logger, from, reason);
            peer.Close(reason);
        }
    }

    private async Task<(SiloAddress Address, bool OtherComes)> OpenAsync(CancellationToken cancellationToken)
    {
        _socket = new Socket(Remote.Endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(s_greetingTimeout);
        await _socket.ConnectAsync(Remote.Endpoint, limit.Token);
        if (_transport.Tls is { } tls)
            _tls = await TlsHandshake.AskAsync(_socket, tls, Remote.Endpoint.Address.ToString(), limit.Token);
        await SendGreetingAsync(otherComes: false, limit.Token);
        return await ReadGreetingAsync(limit.Token);
    }

    private async Task SendGreetingAsync(bool otherComes, CancellationToken cancellationToken)
    {
        var text = Encoding.UTF8.GetBytes($"{_transport.ClusterId}\n{_transport.Local.ToParsableString()}{(otherComes ? OtherComes : "")}");
        var bytes = new byte[8 + text.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Magic);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), text.Length);
        text.CopyTo(bytes, 8);
        if (_tls is null)
            await _socket!.SendAsync(bytes, cancellationToken);
        else
            await _tls.WriteAsync(bytes, cancellationToken);
    }

    private async Task<(SiloAddress Address, bool OtherComes)> ReadGreetingAsync(CancellationToken cancellationToken)
    {
        var head = new byte[8];
        await ReadExactlyAsync(head, cancellationToken);
        var length = BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(4));
        if (BinaryPrimitives.ReadUInt32LittleEndian(head) != Magic)
            throw new InvalidDataException("The peer does not speak this protocol.");
        if (length is <= 0 or > GreetingBytesMax)
            throw new InvalidDataException($"A greeting of {length} bytes is refused.");
        var text = new byte[length];
        await ReadExactlyAsync(text, cancellationToken);
        var parts = Encoding.UTF8.GetString(text).Split('\n');
        if (parts.Length is not (2 or 3) || !SiloAddress.TryParse(parts[1], out var address))
            throw new InvalidDataException("The greeting is malformed.");
        return parts[0] == _transport.ClusterId
            ? (address, parts.Length == 3)
            : throw new InvalidDataException($"The peer belongs to cluster '{parts[0]}', this process to '{_transport.ClusterId}'.");
    }

    private async Task ReadExactlyAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (buffer.Length > 0)
        {
            var count = await (_tls is null ? _socket!.ReceiveAsync(buffer, cancellationToken) : _tls.ReadAsync(buffer, cancellationToken));
            if (count == 0)
                throw new EndOfStreamException("The peer closed the connection.");
            buffer = buffer[count..];
        }
    }

    /// <summary>The greeting is through: from now on this connection stays, unless one that the peer opened has taken its place before.</summary>
    private bool TryKeep()
    {
        lock (_outgoingGate)
            return _isThrough = _successor is null;
    }

    /// <summary>Whether the other connection is encrypted for the same certificate; two that are not encrypted say nothing about who is there.</summary>
    public bool ShowsCertificateOf(TcpPeer other) => _tls?.RemoteCertificate?.GetCertHashString() == other._tls?.RemoteCertificate?.GetCertHashString();

    /// <summary>
    /// The peer has connected anew: what waits and what will come goes there, and nobody is told that the peer is lost. What the peer has sent before is read until it closes this
    /// one or it has been silent for too long.
    /// </summary>
    public void GiveWayTo(TcpPeer successor)
    {
        lock (_outgoingGate)
            PassOn(successor);
    }

    /// <summary>
    /// Called now and then. Says something when nothing has been said for a while, and closes a connection on which the peer says nothing at all: a host that has lost its power
    /// or its network ends no connection.
    /// </summary>
    /// <param name="passed">How much time has passed in which this process was able to do something.</param>
    public void Watch(TimeSpan passed)
    {
        if (!_runs)
            return; // until then the greeting has its own limit
        _quiet += passed;
        if (_quiet >= _transport.BeatInterval)
        {
            _quiet = TimeSpan.Zero;
            Beat();
        }

        _silent = _hasReceived ? TimeSpan.Zero : _silent + passed;
        _hasReceived = false;
        if (_silent >= _transport.SilenceMax && !HasUnreadBytes())
        {
            _runs = false;
            LogSilent(_transport.Logger, Remote.ToString(), _transport.SilenceMax);
            CloseElsewhere("it has said nothing for too long");
        }
    }

    /// <summary>Not on this thread, which is to come back: who waits for an answer of the peer is told.</summary>
    private void CloseElsewhere(string reason) => ThreadPool.UnsafeQueueUserWorkItem(static work => work.Peer.Close(work.Reason), (Peer: this, Reason: reason), preferLocal: false);

    /// <summary>Bytes that came and that nobody has had the time to read: the peer lives.</summary>
    private bool HasUnreadBytes()
    {
        try
        {
            return _socket!.Available > 0;
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }

    /// <summary>Begins to carry frames.</summary>
    public void Run()
    {
        _runs = true;
        BeginWriting();
        BeginReading(new Intake(ArrayPool<byte>.Shared.Rent(BatchBytes)));
    }

    public void Close(string reason)
    {
        if (Interlocked.Exchange(ref _closed, 1) == 1)
            return;
        _tls?.Dispose();
        _socket?.Dispose();
        DiscardQueue();
        _transport.Detach(this, reason);
    }

    [LoggerMessage(40, LogLevel.Warning, "The connection with {Peer} was closed: {Reason}")]
    private static partial void LogRefused(ILogger logger, string? peer, string reason);

    [LoggerMessage(42, LogLevel.Warning, "The connection with {Peer} is closed: nothing has come on it for {Limit}")]
    private static partial void LogSilent(ILogger logger, string peer, TimeSpan limit);

    [LoggerMessage(41, LogLevel.Warning, "No connection with {Peer}: {Reason}")]
    private static partial void LogFailed(ILogger logger, string peer, string reason);
}
