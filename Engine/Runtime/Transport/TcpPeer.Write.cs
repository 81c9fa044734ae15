using System.Buffers.Binary;

namespace Nsn.Engine.Runtime.Transport;

/// <content>
/// Frames out. A thread of the pool packs what waits into one write, so that many share a system call; the thread that reads a connection does so itself when it has run what
/// the frames have caused.
/// </content>
internal sealed partial class TcpPeer : IThreadPoolWorkItem
{
    private const int QueuedFramesMax = 100_000;

    /// <summary>As many bytes may wait; a single frame may be larger.</summary>
    internal const long QueuedBytesMax = 256L << 20;

    private readonly Queue<Writer> _outgoing = new();
    private readonly Lock _outgoingGate = new();
    private long _queuedBytes;
    private byte[]? _batch;
    private bool _writing = true; // until the greeting is through
    private bool _refuses;
    private bool _isThrough;
    private TcpPeer? _successor;
    private readonly TaskCompletionSource _handedOver = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Whether this side opens it and has not been greeted yet.</summary>
    public bool IsOpening
    {
        get
        {
            lock (_outgoingGate)
                return !_isThrough && !_refuses;
        }
    }

    public SendResult Enqueue(Writer frame)
    {
        lock (_outgoingGate)
        {
            if (_successor is { } successor)
                return successor.Enqueue(frame);
            var isFull = _outgoing.Count >= QueuedFramesMax || (_outgoing.Count > 0 && _queuedBytes + frame.Length > QueuedBytesMax);
            if (_refuses || isFull)
            {
                frame.Dispose();
                return _refuses ? SendResult.Unreachable : SendResult.QueueFull;
            }

            _outgoing.Enqueue(frame);
            _queuedBytes += frame.Length;
            if (_writing || ReaderTurns.Current?.Hold(this) == true)
                return SendResult.Queued;
            _writing = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        return SendResult.Queued;
    }

    /// <summary>Gives what waits, and what will come, to the connection that the peer has opened at the same time; too late once the greeting is through.</summary>
    public bool TryHandOver(TcpPeer successor)
    {
        lock (_outgoingGate)
        {
            if (_isThrough || _refuses)
                return false;
            PassOn(successor);
        }

        _handedOver.TrySetResult();
        return true;
    }

    /// <summary>From now on frames go to another connection, those that wait first. The caller holds the gate.</summary>
    private void PassOn(TcpPeer successor)
    {
        _successor = successor;
        while (_outgoing.TryDequeue(out var frame))
            successor.Enqueue(frame);
        _queuedBytes = 0;
    }

    /// <summary>An empty frame, unless something is being written. It goes out on this thread, whatever the thread pool is busy with.</summary>
    private void Beat()
    {
        lock (_outgoingGate)
        {
            if (_writing || _refuses || _successor is not null)
                return;
            _outgoing.Enqueue(new Writer(0));
            _writing = true;
        }

        _ = WriteAsync(once: true);
    }

    /// <summary>Writes what waits on this thread, unless another one writes.</summary>
    public void Flush()
    {
        lock (_outgoingGate)
        {
            if (_writing || _outgoing.Count == 0)
                return;
            _writing = true;
        }

        _ = WriteAsync(once: true);
    }

    private void BeginWriting() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

    void IThreadPoolWorkItem.Execute() => _ = WriteAsync(once: false);

    /// <summary>
    /// Writes what waits; one at a time does. It may begin within a turn of a grain and must not come back to it, hence ConfigureAwait everywhere.
    /// </summary>
    private async ValueTask WriteAsync(bool once)
    {
        try
        {
            var batch = _batch ??= new byte[BatchBytes];
            while (true)
            {
                var used = 0;
                while (used < BatchBytes && TryDequeue(out var frame))
                {
                    using (frame)
                    {
                        if (used + 4 + frame.Length > BatchBytes)
                        {
                            await SendAllAsync(batch.AsMemory(0, used)).ConfigureAwait(false);
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
                            await SendAllAsync(batch.AsMemory(0, used)).ConfigureAwait(false);
                            used = 0;
                            await SendAllAsync(frame.Buffer.AsMemory(0, frame.Length)).ConfigureAwait(false);
                        }
                    }
                }

                await SendAllAsync(batch.AsMemory(0, used)).ConfigureAwait(false);
                if (!HasMore())
                    return;
                if (once)
                {
                    ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
                    return;
                }
            }
        }
        catch (Exception exception)
        {
            if (once)
                CloseElsewhere(exception.Message);
            else
                Close(exception.Message);
        }
    }

    private bool TryDequeue(out Writer frame)
    {
        lock (_outgoingGate)
        {
            if (!_outgoing.TryDequeue(out frame!))
                return false;
            _queuedBytes -= frame.Length;
            return true;
        }
    }

    /// <summary>Whether frames came meanwhile; if not, the next one to come finds nobody writing.</summary>
    private bool HasMore()
    {
        lock (_outgoingGate)
            return _writing = _outgoing.Count > 0;
    }

    private async ValueTask SendAllAsync(ReadOnlyMemory<byte> bytes)
    {
        if (_tls is { } tls)
        {
            if (bytes.Length > 0)
                await tls.WriteAsync(bytes).ConfigureAwait(false);
            return;
        }

        while (bytes.Length > 0)
            bytes = bytes[await _socket!.SendAsync(bytes).ConfigureAwait(false)..];
    }

    private void DiscardQueue()
    {
        lock (_outgoingGate)
        {
            _refuses = true;
            while (_outgoing.TryDequeue(out var frame))
                frame.Dispose();
            _queuedBytes = 0;
        }
    }
}
