using System.Runtime.InteropServices;
using Nsn.WebRtc.Network;

namespace Nsn.WebRtc.Transport;

/// <summary>
/// Collects datagrams and sends them with few system calls: datagrams of equal length to one address become one buffer that the kernel cuts
/// (UDP_SEGMENT), and several such buffers go in one sendmmsg. Without Linux, or without offload, they go one by one. What is for an ICE-TCP connection is
/// handed to it at once. In a simulation (<paramref name="simulated"/>) nothing goes to a socket.
/// </summary>
internal sealed unsafe class SendBatch(
    UdpPort? port, TcpPort? streams = null, SendCounters? counters = null, int arenaBytes = SendBatch.ArenaBytes, SendBatch.Sender? simulated = null)
{
    /// <summary>Takes a datagram for an address.</summary>
    public delegate void Sender(ReadOnlySpan<byte> datagram, TransportAddress to);

    public const int DatagramMax = 1_500;

    /// <summary>Room for the datagrams of one session; the default is for many.</summary>
    public const int SmallArenaBytes = 24 * 1_024;

    private const int ArenaBytes = 96 * 1_024;
    private const int MessagesMax = 64;
    private const int SegmentsMax = 60;
    private const int RunBytesMax = 64_000;
    private const int ControlLength = 24;

    private readonly byte[] _arena = GC.AllocateUninitializedArray<byte>(arenaBytes, pinned: true);
    private readonly byte[] _native = GC.AllocateArray<byte>(
        MessagesMax * (sizeof(LibC.MultiMessage) + sizeof(LibC.IoVector) + SocketAddressCodec.LengthMax + 4 + ControlLength), pinned: true);

    private readonly Run[] _runs = new Run[MessagesMax];
    private int _length;
    private int _runCount;
    private int _holds;
    private long _flushes;

    /// <summary>Names what waits now, for <see cref="IsWaiting"/>; 0 if nothing does. Only for the batch's own thread.</summary>
    public long Waiting => _runCount == 0 ? 0 : _flushes + 1;

    /// <summary>True until what was waiting then is sent. Any thread may ask.</summary>
    public bool IsWaiting(long waiting) => waiting > Interlocked.Read(ref _flushes);

    /// <summary>Room for the next datagram; sends what is there if there is no room.</summary>
    public Span<byte> Next()
    {
        if (_arena.Length - _length < DatagramMax || _runCount == MessagesMax)
        {
            Flush();
        }

        return _arena.AsSpan(_length, DatagramMax);
    }

    /// <summary>Takes the datagram that was written to <see cref="Next"/>.</summary>
    public void Commit(int length, TransportAddress to)
    {
        if (to.Stream != 0)
        {
            streams?.Send(_arena.AsSpan(_length, length), to);
            return;
        }

        if (_runCount > 0)
        {
            ref Run last = ref _runs[_runCount - 1];
            if (port is { HasSegmentationOffload: true } && last.To == to && !last.IsSealed && length <= last.SegmentLength &&
                last.Segments < SegmentsMax && last.Length + length <= RunBytesMax)
            {
                last.Length += length;
                last.Segments++;
                last.IsSealed = length < last.SegmentLength;
                _length += length;
                return;
            }
        }

        _runs[_runCount++] = new Run { To = to, Offset = _length, Length = length, SegmentLength = length, Segments = 1 };
        _length += length;
    }

    /// <summary>
    /// Lets datagrams of several sessions gather until <see cref="Release"/>, or until there is no more room: one system call for many viewers. The
    /// thread must not wait for anything but the sessions' locks meanwhile.
    /// </summary>
    public void Hold() => _holds++;

    /// <summary>Ends a <see cref="Hold"/>; the last one sends everything.</summary>
    public void Release()
    {
        _holds--;
        FlushUnlessHeld();
    }

    /// <summary>Sends everything now, unless more is about to come.</summary>
    public void FlushUnlessHeld()
    {
        if (_holds == 0)
        {
            Flush();
        }
    }

    /// <summary>Sends everything.</summary>
    public void Flush()
    {
        if (_runCount == 0)
        {
            return;
        }

        if (LibC.IsSupported && port is not null)
        {
            // What comes after the port was closed is lost, like whatever else a closed socket is given.
            if (port.TryEnter())
            {
                try
                {
                    FlushNative(port);
                }
                finally
                {
                    port.Exit();
                }
            }
        }
        else
        {
            for (int i = 0; i < _runCount; i++)
            {
                SendOneByOne(_runs[i]);
            }
        }

        _runCount = 0;
        _length = 0;
        Interlocked.Increment(ref _flushes);
    }

    private void FlushNative(UdpPort port)
    {
        LibC.MultiMessage* messages = (LibC.MultiMessage*)Marshal.UnsafeAddrOfPinnedArrayElement(_native, 0);
        LibC.IoVector* vectors = (LibC.IoVector*)(messages + MessagesMax);
        byte* control = (byte*)(vectors + MessagesMax);
        byte* names = control + (MessagesMax * ControlLength);
        byte* arena = (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(_arena, 0);
        for (int i = 0; i < _runCount; i++)
        {
            ref Run run = ref _runs[i];
            byte* name = names + (i * (SocketAddressCodec.LengthMax + 4));
            int nameLength = SocketAddressCodec.Write(new Span<byte>(name, SocketAddressCodec.LengthMax), run.To, port.IsIPv6);
            vectors[i] = new LibC.IoVector { Base = arena + run.Offset, Length = (nuint)run.Length };
            messages[i] = new LibC.MultiMessage { Name = name, NameLength = (uint)nameLength, Vector = vectors + i, VectorCount = 1 };
            if (run.Segments > 1)
            {
                // struct cmsghdr { size_t length; int level; int type; } and the 16-bit segment length.
                byte* header = control + (i * ControlLength);
                *(nuint*)header = 18;
                *(int*)(header + 8) = LibC.SolUdp;
                *(int*)(header + 12) = LibC.UdpSegment;
                *(ushort*)(header + 16) = (ushort)run.SegmentLength;
                messages[i].Control = header;
                messages[i].ControlLength = ControlLength;
            }
        }

        int sent = 0;
        while (sent < _runCount)
        {
            int result = LibC.sendmmsg(port.Descriptor, messages + sent, (uint)(_runCount - sent), 0);
            if (result > 0)
            {
                int datagrams = 0;
                for (int i = sent; i < sent + result; i++)
                {
                    datagrams += _runs[i].Segments;
                }

                counters?.Note(datagrams);
                sent += result;
                continue;
            }

            int error = Marshal.GetLastPInvokeError();
            if (error == LibC.ErrorInterrupted)
            {
                continue;
            }

            if (_runs[sent].Segments > 1 && error is LibC.ErrorInvalid or LibC.ErrorIo or LibC.ErrorMessageSize)
            {
                // The kernel or the device cannot cut: from now on one datagram at a time.
                port.HasSegmentationOffload = false;
                SendOneByOne(_runs[sent]);
            }

            // Any other error (unreachable, no buffer) loses this datagram only.
            sent++;
        }
    }

    private void SendOneByOne(in Run run)
    {
        for (int offset = 0; offset < run.Length; offset += run.SegmentLength)
        {
            ReadOnlySpan<byte> datagram = _arena.AsSpan(run.Offset + offset, Math.Min(run.SegmentLength, run.Length - offset));
            port?.Send(datagram, run.To);
            simulated?.Invoke(datagram, run.To);
            counters?.Note(1);
        }
    }

    private struct Run
    {
        public TransportAddress To;
        public int Offset;
        public int Length;
        public int SegmentLength;
        public int Segments;
        public bool IsSealed;
    }
}
