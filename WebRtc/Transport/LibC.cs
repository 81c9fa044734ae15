using System.Runtime.InteropServices;

namespace Nsn.WebRtc.Transport;

/// <summary>The system calls of 64-bit Linux that .NET's sockets do not offer: many datagrams in one call, and segmentation offload.</summary>
internal static unsafe partial class LibC
{
    public const int MessageDontWait = 0x40;
    public const int SolSocket = 1;
    public const int ReusePort = 15;
    public const int SendBufferForce = 32;
    public const int ReceiveBufferForce = 33;
    public const int SolUdp = 17;
    public const int UdpSegment = 103;
    public const short PollIn = 1;
    public const int ErrorAgain = 11;
    public const int ErrorInterrupted = 4;
    public const int ErrorInvalid = 22;
    public const int ErrorIo = 5;
    public const int ErrorMessageSize = 90;

    /// <summary>True where these structures' layouts hold.</summary>
    public static bool IsSupported => OperatingSystem.IsLinux() && nint.Size == 8;

    [LibraryImport("libc", SetLastError = true)]
    public static partial int sendmmsg(int socket, MultiMessage* messages, uint count, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int recvmmsg(int socket, MultiMessage* messages, uint count, int flags, void* timeout);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int poll(PollDescriptor* descriptors, nuint count, int timeoutMilliseconds);

    [StructLayout(LayoutKind.Sequential)]
    public struct PollDescriptor
    {
        public int Socket;
        public short Events;
        public short Returned;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct IoVector
    {
        public byte* Base;
        public nuint Length;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct MultiMessage
    {
        public byte* Name;
        public uint NameLength;
        public IoVector* Vector;
        public nuint VectorCount;
        public byte* Control;
        public nuint ControlLength;
        public int Flags;
        public uint Padding;
        public uint Transferred;
    }
}
