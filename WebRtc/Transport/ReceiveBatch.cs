using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Nsn.WebRtc.Network;

namespace Nsn.WebRtc.Transport;

/// <summary>Receives up to 32 datagrams with one system call (recvmmsg), or one by one where that does not exist.</summary>
internal sealed unsafe class ReceiveBatch
{
    public const int Capacity = 32;
    private const int BufferBytes = 2_048;

    private readonly byte[] _buffers = GC.AllocateUninitializedArray<byte>(Capacity * BufferBytes, pinned: true);
    private readonly byte[] _native = GC.AllocateArray<byte>(
        Capacity * (sizeof(LibC.MultiMessage) + sizeof(LibC.IoVector) + SocketAddressCodec.LengthMax + 4), pinned: true);

    private readonly int[] _lengths = new int[Capacity];
    private readonly TransportAddress[] _from = new TransportAddress[Capacity];
    private SocketAddress? _socketAddress;

    /// <summary>Waits for datagrams and takes them.</summary>
    /// <returns>How many there are.</returns>
    public int Receive(UdpPort port, TimeSpan timeout)
    {
        if (!LibC.IsSupported)
        {
            return ReceiveManaged(port, timeout);
        }

        if (!port.TryEnter())
        {
            return 0;
        }

        try
        {
            return ReceiveNative(port, timeout);
        }
        finally
        {
            port.Exit();
        }
    }

    /// <summary>A datagram of the last call.</summary>
    public Span<byte> Datagram(int index, out TransportAddress from)
    {
        from = _from[index];
        return _buffers.AsSpan(index * BufferBytes, _lengths[index]);
    }

    private int ReceiveNative(UdpPort port, TimeSpan timeout)
    {
        LibC.PollDescriptor descriptor = new() { Socket = port.Descriptor, Events = LibC.PollIn };
        if (timeout > TimeSpan.Zero && LibC.poll(&descriptor, 1, Math.Max(1, (int)timeout.TotalMilliseconds)) <= 0)
        {
            return 0;
        }

        LibC.MultiMessage* messages = (LibC.MultiMessage*)Marshal.UnsafeAddrOfPinnedArrayElement(_native, 0);
        LibC.IoVector* vectors = (LibC.IoVector*)(messages + Capacity);
        byte* names = (byte*)(vectors + Capacity);
        byte* buffers = (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(_buffers, 0);
        for (int i = 0; i < Capacity; i++)
        {
            vectors[i] = new LibC.IoVector { Base = buffers + (i * BufferBytes), Length = BufferBytes };
            messages[i] = new LibC.MultiMessage
            {
                Name = names + (i * (SocketAddressCodec.LengthMax + 4)),
                NameLength = SocketAddressCodec.LengthMax,
                Vector = vectors + i,
                VectorCount = 1,
            };
        }

        int count = LibC.recvmmsg(port.Descriptor, messages, Capacity, LibC.MessageDontWait, null);
        for (int i = 0; i < count; i++)
        {
            _lengths[i] = (int)messages[i].Transferred;
            _from[i] = SocketAddressCodec.Read(new ReadOnlySpan<byte>(messages[i].Name, SocketAddressCodec.LengthMax));
        }

        return Math.Max(0, count);
    }

    private int ReceiveManaged(UdpPort port, TimeSpan timeout)
    {
        if (!port.Wait(timeout))
        {
            return 0;
        }

        AddressFamily family = port.IsIPv6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;
        _socketAddress = _socketAddress?.Family == family ? _socketAddress : new SocketAddress(family);
        int length = port.Receive(_buffers.AsSpan(0, BufferBytes), _socketAddress);
        _lengths[0] = length;
        _from[0] = TransportAddress.From(_socketAddress);
        return length > 0 ? 1 : 0;
    }
}
