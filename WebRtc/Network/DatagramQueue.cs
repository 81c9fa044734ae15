using System.Buffers;

namespace Nsn.WebRtc.Network;

/// <summary>A bounded queue of small datagrams to send (STUN, DTLS, RTCP), in pooled buffers. When it is full the newest is dropped, as a network would.</summary>
internal sealed class DatagramQueue(int capacity = 1_024) : IDisposable
{
    private readonly Queue<(byte[] Buffer, int Length, TransportAddress To)> _queue = new();

    public int Count => _queue.Count;

    public long Dropped { get; private set; }

    public bool IsFull => _queue.Count >= capacity;

    public void Enqueue(ReadOnlySpan<byte> datagram, TransportAddress to)
    {
        if (_queue.Count >= capacity)
        {
            Dropped++;
            return;
        }

        byte[] buffer = ArrayPool<byte>.Shared.Rent(datagram.Length);
        datagram.CopyTo(buffer);
        _queue.Enqueue((buffer, datagram.Length, to));
    }

    /// <summary>Copies the oldest datagram out.</summary>
    public bool TryDequeue(Span<byte> destination, out int length, out TransportAddress to)
    {
        if (!_queue.TryDequeue(out (byte[] Buffer, int Length, TransportAddress To) item))
        {
            length = 0;
            to = default;
            return false;
        }

        item.Buffer.AsSpan(0, item.Length).CopyTo(destination);
        length = item.Length;
        to = item.To;
        ArrayPool<byte>.Shared.Return(item.Buffer);
        return true;
    }

    public void Dispose()
    {
        while (_queue.TryDequeue(out (byte[] Buffer, int Length, TransportAddress To) item))
        {
            ArrayPool<byte>.Shared.Return(item.Buffer);
        }
    }
}
