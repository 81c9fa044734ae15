using System.Buffers;
using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Nsn.Engine.Runtime.Transport;

/// <summary>One connection: a queue of frames that is written in batches, and a loop that reads.</summary>
internal sealed partial class TcpPeer
{
    private const uint Magic = 0x314e534e; // "NSN1"
    private const int QueuedFramesMax = 100_000;
    private const int BatchBytes = 64 * 1024;
    private const int GreetingBytesMax = 1024;
    private static readonly TimeSpan s_greetingTimeout = TimeSpan.FromSeconds(5);

    private readonly TcpTransport _transport;
    private readonly Channel<Writer> _outgoing = Channel.CreateBounded<Writer>(new BoundedChannelOptions(QueuedFramesMax) { SingleReader = true, AllowSynchronousContinuations = false });
    private Socket? _socket;
    private int _closed;

    public TcpPeer(TcpTransport transport, SiloAddress remote)
    {
        _transport = transport;
        Remote = remote;
    }

    public SiloAddress Remote { get; private set; }

    public bool TryEnqueue(Writer frame)
    {
        if (_outgoing.Writer.TryWrite(frame))
            return true;
        frame.Dispose();
        return false;
    }

    public async Task ConnectAsync(CancellationToken cancellationToken)
    {
        try
        {
            var answered = await OpenAsync(cancellationToken);
            if (!Remote.Equals(answered))
                throw new InvalidDataException($"{answered} answered instead of {Remote}: the silo was restarted.");
            Run();
        }
        catch (Exception exception)
        {
            Close(exception.Message);
        }
    }

    public async Task<SiloAddress> ConnectToAnyAsync(CancellationToken cancellationToken)
    {
        Remote = await OpenAsync(cancellationToken);
        Run();
        return Remote;
    }

    public static async Task AcceptAsync(TcpTransport transport, Socket socket, CancellationToken cancellationToken)
    {
        var peer = new TcpPeer(transport, SiloAddress.Zero) { _socket = socket };
        try
        {
            socket.NoDelay = true;
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(s_greetingTimeout);
            peer.Remote = await peer.ReadGreetingAsync(limit.Token);
            await peer.SendGreetingAsync(limit.Token);
            transport.Attach(peer.Remote, peer);
            peer.Run();
        }
        catch (Exception exception)
        {
            LogRefused(transport.Logger, socket.RemoteEndPoint?.ToString(), exception.Message);
            peer.Close(exception.Message);
        }
    }

    private async Task<SiloAddress> OpenAsync(CancellationToken cancellationToken)
    {
        _socket = new Socket(Remote.Endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(s_greetingTimeout);
        await _socket.ConnectAsync(Remote.Endpoint, limit.Token);
        await SendGreetingAsync(limit.Token);
        return await ReadGreetingAsync(limit.Token);
    }

    private async Task SendGreetingAsync(CancellationToken cancellationToken)
    {
        var text = Encoding.UTF8.GetBytes($"{_transport.ClusterId}\n{_transport.Local.ToParsableString()}");
        var bytes = new byte[8 + text.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Magic);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), text.Length);
        text.CopyTo(bytes, 8);
        await _socket!.SendAsync(bytes, cancellationToken);
    }

    private async Task<SiloAddress> ReadGreetingAsync(CancellationToken cancellationToken)
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
        if (parts.Length != 2 || !SiloAddress.TryParse(parts[1], out var address))
            throw new InvalidDataException("The greeting is malformed.");
        return parts[0] == _transport.ClusterId
            ? address
            : throw new InvalidDataException($"The peer belongs to cluster '{parts[0]}', this process to '{_transport.ClusterId}'.");
    }

    private async Task ReadExactlyAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (buffer.Length > 0)
        {
            var count = await _socket!.ReceiveAsync(buffer, cancellationToken);
            if (count == 0)
                throw new EndOfStreamException("The peer closed the connection.");
            buffer = buffer[count..];
        }
    }

    private void Run()
    {
        _ = Task.Run(WriteAsync);
        _ = Task.Run(ReadAsync);
    }

    /// <summary>Packs what waits into one write: under load many frames share a system call.</summary>
    private async Task WriteAsync()
    {
        var batch = new byte[BatchBytes];
        try
        {
            while (await _outgoing.Reader.WaitToReadAsync())
            {
                var used = 0;
                while (used < BatchBytes && _outgoing.Reader.TryRead(out var frame))
                {
                    using (frame)
                    {
                        if (used + 4 + frame.Length > BatchBytes)
                        {
                            await SendAllAsync(batch.AsMemory(0, used));
                            used = 0;
                        }

                        BinaryPrimitives.WriteInt32LittleEndian(batch.AsSpan(used), frame.Length);
                        used += 4;
                        if (frame.Length <= BatchBytes - used)
                        {
                            frame.Written.CopyTo(batch.AsSpan(used));
                            used += frame.Length;
                        }
                        else
                        {
                            await SendAllAsync(batch.AsMemory(0, used));
                            used = 0;
                            await SendAllAsync(frame.Buffer.AsMemory(0, frame.Length));
                        }
                    }
                }

                await SendAllAsync(batch.AsMemory(0, used));
            }
        }
        catch (Exception exception)
        {
            Close(exception.Message);
        }
    }

    private async ValueTask SendAllAsync(ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0)
            bytes = bytes[await _socket!.SendAsync(bytes)..];
    }

    private async Task ReadAsync()
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BatchBytes);
        int start = 0, end = 0;
        try
        {
            while (true)
            {
                while (end - start >= 4)
                {
                    var length = BinaryPrimitives.ReadInt32LittleEndian(buffer.AsSpan(start));
                    if (length < 0 || length > _transport.FrameLengthMax)
                        throw new InvalidDataException($"A frame of {(uint)length} bytes is beyond the limit of {_transport.FrameLengthMax}.");
                    if (end - start - 4 < length)
                    {
                        if (length + 4 > buffer.Length)
                            Enlarge(ref buffer, ref start, ref end, length + 4);
                        break;
                    }

                    if (!_transport.Handler.OnFrame(Remote, buffer, start + 4, length))
                        throw new InvalidDataException("A frame made no sense.");
                    start += 4 + length;
                }

                if (start == end)
                    start = end = 0;
                else if (end == buffer.Length)
                    Compact(buffer, ref start, ref end);
                var count = await _socket!.ReceiveAsync(buffer.AsMemory(end));
                if (count == 0)
                    throw new EndOfStreamException("the peer closed the connection");
                end += count;
            }
        }
        catch (Exception exception)
        {
            if (exception is InvalidDataException)
                LogRefused(_transport.Logger, Remote.ToString(), exception.Message);
            Close(exception.Message);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Grows with what has arrived, not with what a length claims.</summary>
    private static void Enlarge(ref byte[] buffer, ref int start, ref int end, int needed)
    {
        if (end < buffer.Length)
            return;
        var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min((long)buffer.Length * 2, Math.Max(needed, buffer.Length + 1)));
        buffer.AsSpan(start, end - start).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        (buffer, start, end) = (larger, 0, end - start);
    }

    private static void Compact(byte[] buffer, ref int start, ref int end)
    {
        if (start == 0)
            return;
        buffer.AsSpan(start, end - start).CopyTo(buffer);
        (start, end) = (0, end - start);
    }

    public void Close(string reason)
    {
        if (Interlocked.Exchange(ref _closed, 1) == 1)
            return;
        _outgoing.Writer.TryComplete();
        _socket?.Dispose();
        while (_outgoing.Reader.TryRead(out var frame))
            frame.Dispose();
        _transport.Detach(this, reason);
    }

    [LoggerMessage(40, LogLevel.Warning, "The connection with {Peer} was closed: {Reason}")]
    private static partial void LogRefused(ILogger logger, string? peer, string reason);
}
