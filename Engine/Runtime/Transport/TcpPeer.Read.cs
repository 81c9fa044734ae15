using System.Buffers;
using System.Buffers.Binary;

namespace Nsn.Engine.Runtime.Transport;

/// <content>Frames in.</content>
internal sealed partial class TcpPeer
{
    private readonly Spinner _spinner;
    private volatile Intake? _intake;

    /// <summary>Nothing of the context of who caused the connection goes into its reading.</summary>
    private void BeginReading(Intake intake)
    {
        _intake = intake;
        ThreadPool.UnsafeQueueUserWorkItem(static work => _ = work.Peer.ReadAsync(work.Intake), (Peer: this, Intake: intake), preferLocal: false);
    }

    private async Task ReadAsync(Intake intake)
    {
        try
        {
            while (true)
            {
                intake.Turns.Begin();
                bool reads, alone;
                try
                {
                    TakeFrames(intake);
                }
                finally
                {
                    reads = intake.Turns.End(out alone);
                }

                if (!reads)
                    return; // another thread does since: see Rescue
                if (alone && _tls is null)
                    _spinner.Wait(_socket!);
                var free = intake.Buffer.AsMemory(intake.End);
                var count = await (_tls is null ? _socket!.ReceiveAsync(free) : _tls.ReadAsync(free)).ConfigureAwait(false);
                if (count == 0)
                    throw new EndOfStreamException("the peer closed the connection");
                intake.End += count;
                _hasReceived = true;
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
            ArrayPool<byte>.Shared.Return(intake.Buffer);
        }
    }

    /// <summary>Hands on every frame that is there, and makes room for what comes.</summary>
    private void TakeFrames(Intake intake)
    {
        while (intake.End - intake.Start >= 4)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(intake.Buffer.AsSpan(intake.Start));
            if (length < 0 || length > _transport.FrameLengthMax)
                throw new InvalidDataException($"A frame of {(uint)length} bytes is beyond the limit of {_transport.FrameLengthMax}.");
            if (intake.End - intake.Start - 4 < length)
            {
                if (length + 4 > intake.Buffer.Length)
                    intake.Enlarge(length + 4);
                break;
            }

            var from = intake.Start + 4;
            intake.Start = from + length;
            if (length == 0)
                continue; // says only that the peer lives
            if (!_transport.Handler.OnFrame(Remote, intake.Buffer, from, length))
                throw new InvalidDataException("A frame made no sense.");
        }

        intake.Compact();
    }

    /// <summary>Called now and then: when code that the reading thread runs does not come back, another thread reads on.</summary>
    public void Rescue()
    {
        if (_intake is not { } stuck || !stuck.Turns.TryTakeOver())
            return;
        // The thread that is stuck keeps its buffer and returns it when it is through.
        var next = new Intake(ArrayPool<byte>.Shared.Rent(Math.Max(BatchBytes, stuck.Buffer.Length)));
        stuck.Buffer.AsSpan(stuck.Start, stuck.End - stuck.Start).CopyTo(next.Buffer);
        next.End = stuck.End - stuck.Start;
        BeginReading(next);
    }

    /// <summary>The bytes that have arrived and are not handed on, and who may touch them.</summary>
    private sealed class Intake(byte[] buffer)
    {
        public ReaderTurns Turns { get; } = new();
        public byte[] Buffer { get; private set; } = buffer;
        public int Start { get; set; }
        public int End { get; set; }

        /// <summary>Grows with what has arrived, not with what a length claims.</summary>
        public void Enlarge(int needed)
        {
            if (End < Buffer.Length)
                return;
            var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min((long)Buffer.Length * 2, Math.Max(needed, Buffer.Length + 1)));
            Buffer.AsSpan(Start, End - Start).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(Buffer);
            (Buffer, Start, End) = (larger, 0, End - Start);
        }

        public void Compact()
        {
            if (Start == End)
            {
                Start = End = 0;
            }
            else if (Start > 0 && End == Buffer.Length)
            {
                Buffer.AsSpan(Start, End - Start).CopyTo(Buffer);
                (Start, End) = (0, End - Start);
            }
        }
    }
}
