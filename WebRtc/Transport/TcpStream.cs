using System.Buffers;
using System.Buffers.Binary;
using System.Net.Sockets;
using Nsn.WebRtc.Network;
using Nsn.WebRtc.Stun;

namespace Nsn.WebRtc.Transport;

/// <summary>One ICE-TCP connection: cuts what comes into datagrams, and sends from two buffers that take turns, so that a slow peer blocks nobody.</summary>
internal sealed class TcpStream(Socket socket, TransportAddress address, IStreamHandler handler) : IDisposable
{
    /// <summary>Longest datagram that is taken, bytes; a longer one ends the connection.</summary>
    public const int FrameMax = 2_048;

    /// <summary>Bytes that may wait to be sent; what comes then is lost, as it would be in a full queue on the way.</summary>
    public const int QueueMax = 256 * 1_024;

    /// <summary>How long a connection lives without a valid connectivity check.</summary>
    public static readonly TimeSpan AuthenticationDeadline = TimeSpan.FromSeconds(10);

    private const int ReceiveBytes = 16 * 1_024;

    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _unknown = new();
    private byte[] _waiting = new byte[4_096];
    private byte[] _sending = new byte[4_096];
    private int _waitingLength;
    private bool _isSending;
    private bool _closeWhenSent;
    private bool _isAuthenticated;

    /// <summary>Reading, until the connection ends.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    public void Start(Action authenticated, Action<bool> closed)
    {
        _unknown.CancelAfter(AuthenticationDeadline);
        Completion = ReadAsync(authenticated, closed);
    }

    /// <summary>Queues a datagram.</summary>
    public void Send(ReadOnlySpan<byte> datagram)
    {
        lock (_lock)
        {
            int length = _waitingLength + 2 + datagram.Length;
            if (length > QueueMax || _closeWhenSent)
            {
                return;
            }

            if (length > _waiting.Length)
            {
                Array.Resize(ref _waiting, Math.Min(QueueMax, Math.Max(length, _waiting.Length * 2)));
            }

            BinaryPrimitives.WriteUInt16BigEndian(_waiting.AsSpan(_waitingLength), (ushort)datagram.Length);
            datagram.CopyTo(_waiting.AsSpan(_waitingLength + 2));
            _waitingLength = length;
            if (_isSending)
            {
                return;
            }

            _isSending = true;
        }

        // Ends by itself once nothing waits; an error ends the reading, which owns the connection.
        _ = SendWaitingAsync();
    }

    /// <summary>Ends the connection after the last queued byte.</summary>
    public void CloseWhenSent()
    {
        lock (_lock)
        {
            _closeWhenSent = true;
            if (_isSending)
            {
                return;
            }
        }

        Dispose();
    }

    public void Dispose() => socket.Dispose();

    private async Task SendWaitingAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        while (true)
        {
            int length;
            lock (_lock)
            {
                if (_waitingLength == 0)
                {
                    _isSending = false;
                    if (_closeWhenSent)
                    {
                        Dispose();
                    }

                    return;
                }

                (_waiting, _sending) = (_sending, _waiting);
                length = _waitingLength;
                _waitingLength = 0;
            }

            try
            {
                for (int sent = 0; sent < length;)
                {
                    sent += await socket.SendAsync(_sending.AsMemory(sent, length - sent), SocketFlags.None).ConfigureAwait(false);
                }
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                Dispose();
                return;
            }
        }
    }

    private async Task ReadAsync(Action authenticated, Action<bool> closed)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(ReceiveBytes);
        int length = 0;
        try
        {
            while (true)
            {
                CancellationToken deadline = _isAuthenticated ? CancellationToken.None : _unknown.Token;
                int count = await socket.ReceiveAsync(buffer.AsMemory(length), SocketFlags.None, deadline).ConfigureAwait(false);
                if (count == 0 || !TryTakeFrames(buffer, ref length, count, authenticated))
                {
                    break;
                }
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // Reset, closed by us, or nobody's within the deadline.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            Dispose();
            _unknown.Dispose();
            closed(!_isAuthenticated);
        }
    }

    // False for bytes that are not framed datagrams of a peer's; the first must be a connectivity check.
    private bool TryTakeFrames(byte[] buffer, ref int length, int received, Action authenticated)
    {
        length += received;
        int offset = 0;
        while (length - offset >= 2)
        {
            int frame = BinaryPrimitives.ReadUInt16BigEndian(buffer.AsSpan(offset));
            if (frame > FrameMax)
            {
                return false;
            }

            if (length - offset - 2 < frame)
            {
                break;
            }

            Span<byte> datagram = buffer.AsSpan(offset + 2, frame);
            offset += 2 + frame;
            if (!_isAuthenticated && !StunMessage.LooksLikeStun(datagram))
            {
                return false;
            }

            if (handler.HandleFrame(datagram, address) && !_isAuthenticated)
            {
                _isAuthenticated = true;
                authenticated();
            }
        }

        buffer.AsSpan(offset, length - offset).CopyTo(buffer);
        length -= offset;
        return true;
    }
}
