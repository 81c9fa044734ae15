using System.Globalization;
using Nsn.WebRtc.Media;
using Nsn.WebRtc.Network;
using Nsn.WebRtc.Transport;

namespace Nsn.WebRtc.Bench;

/// <summary>
/// What the kernel alone costs: a process that sends the same datagrams as the gateway to the same number of sockets by the same system calls, and does nothing
/// else: no sessions, no headers, no cipher, nothing comes back. It copies each packet once, as whoever encrypts must.
/// </summary>
internal static class BareSender
{
    /// <summary>RTP header, extensions (transport-wide-cc, abs-send-time) and the tag.</summary>
    private const int OverheadBytes = 12 + 4 + 8 + 16;

    /// <summary>Reads the ports to send to from its input, then answers each further line with its processor seconds.</summary>
    public static int Run(double megabitsPerSecond)
    {
        TransportAddress[] viewers = [.. Console.ReadLine()!.Split(' ').Select(port => TransportAddress.Loopback(int.Parse(port, CultureInfo.InvariantCulture)))];
        using UdpPort port = UdpPort.Open(null, 0);
        SendBatch batch = new(port);
        using CancellationTokenSource stop = new();
        TestStream stream = new(megabitsPerSecond);
        Thread media = new(() => stream.Play(SendPicture, SendSound, stop.Token)) { IsBackground = true };
        media.Start();
        while (Console.ReadLine() is not null)
        {
            Environment.ProcessCpuUsage usage = Environment.CpuUsage;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{usage.TotalTime.TotalSeconds} {usage.PrivilegedTime.TotalSeconds}"));
        }

        stop.Cancel();
        media.Join();
        return 0;

        void SendPicture(ReadOnlySpan<byte> frame, uint timestamp, bool isKey) => Send(MediaFrame.Create(MediaCodec.Vp8, frame, timestamp, isKey));

        void SendSound(ReadOnlySpan<byte> packet, uint timestamp) => Send(MediaFrame.Create(MediaCodec.Opus, packet, timestamp, isKeyFrame: true));

        void Send(MediaFrame frame)
        {
            batch.Hold();
            foreach (TransportAddress viewer in viewers)
            {
                for (int i = 0; i < frame.PacketCount; i++)
                {
                    ReadOnlySpan<byte> payload = frame.Payload(i);
                    payload.CopyTo(batch.Next()[OverheadBytes..]);
                    batch.Commit(payload.Length + OverheadBytes, viewer);
                }
            }

            batch.Release();
        }
    }
}
