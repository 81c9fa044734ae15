using System.Buffers.Binary;
using Nsn.WebRtc.Ice;
using Nsn.WebRtc.Media;
using Nsn.WebRtc.Network;
using Nsn.WebRtc.Rtp;
using Nsn.WebRtc.Sessions;

namespace Nsn.WebRtc.Tests;

/// <summary>The path between the two: consent, another address, ICE restart.</summary>
public class PathTests
{
    [Fact]
    public void consent_expires_thirty_seconds_after_the_last_check()
    {
        using VirtualNetwork network = new();
        network.Connect();
        network.Run(20);
        Assert.Equal(SessionState.Connected, network.Server.State);
        network.Loss = 1;
        network.RunUntil("consent expired", () => network.Server.State == SessionState.Closed, seconds: 40);
        Assert.Equal(CloseReason.ConsentExpired, network.ServerEvents.OfType<SessionClosed>().Single().Reason);
    }

    [Fact]
    public void session_follows_the_peer_to_another_address()
    {
        using VirtualNetwork network = new();
        network.Connect();
        network.ClientFrom = TransportAddress.FromIPv4(0x0A00_0007, 50_000);
        network.RunUntil("path moved", () => network.Server.RemoteAddress == network.ClientFrom, seconds: 6);
        TestVideo.Send(network, frames: 30);
        Assert.Equal(30, network.VideoFrames.Count());
    }

    [Fact]
    public void picture_starts_anew_where_the_path_moves_after_what_was_sent_is_lost()
    {
        using VirtualNetwork network = new();
        network.Connect();
        TestVideo.Send(network, frames: 30);
        Assert.DoesNotContain(network.ServerEvents, sessionEvent => sessionEvent is KeyFrameRequested);
        network.ClientFrom = TransportAddress.FromIPv4(0x0A00_0007, 50_000);
        network.Filter = (_, toServer) => toServer;
        network.RunUntil("path moved", () => network.Server.RemoteAddress == network.ClientFrom, seconds: 6);
        Assert.Single(network.ServerEvents.OfType<KeyFrameRequested>());
    }

    [Fact]
    public void picture_that_starts_anew_does_not_wait_for_repeats_of_what_was_lost_with_the_path()
    {
        const int GroupFrames = 30;
        using VirtualNetwork network = new();
        network.Connect();
        List<MediaFrame> group = [];
        List<byte[]> lost = [];
        int sent = 0;
        int next = 0;
        Send(frames: 60);
        network.ClientFrom = TransportAddress.FromIPv4(0x0A00_0007, 50_000);
        network.Filter = (datagram, toServer) =>
        {
            if (!toServer)
            {
                lost.Add(datagram);
            }

            return toServer;
        };
        network.OnServerEvent = sessionEvent =>
        {
            if (sessionEvent is KeyFrameRequested)
            {
                // As a player asks for what it misses as soon as anything comes on the new path, on which a packet of the picture is lost.
                network.Filter = (datagram, toServer) => toServer || !IsVideo(datagram) || ++sent != 3;
                AskForAll();
                network.Server.SendRecovery(group, network.Now);
            }
        };
        while (network.Server.RemoteAddress != network.ClientFrom)
        {
            Send(frames: 1);
        }

        Assert.InRange(lost.Count, 200, 1_000);
        TimeSpan moved = network.Now;
        int before = network.VideoFrames.Count();
        network.RunUntil("the whole present group came", () => network.VideoFrames.Count() >= before + group.Count, seconds: 5);
        TimeSpan took = network.Now - moved;
        long repeats = network.Server.GetStatistics().PacketsRepeated;
        Assert.True(took < TimeSpan.FromMilliseconds(500) && repeats < 10, $"the present picture came {took.TotalMilliseconds:F0} ms after the path had moved, behind {repeats} repeats");

        void AskForAll()
        {
            ushort[] sequences = [.. lost.Where(IsVideo).Select(datagram => BinaryPrimitives.ReadUInt16BigEndian(datagram.AsSpan(2)))];
            byte[] buffer = new byte[1_200];
            foreach (ushort[] some in sequences.Chunk(100))
            {
                RtcpWriter writer = new(buffer);
                writer.Nack(1, network.Server.VideoSsrc, [.. some.Select(sequence => (sequence, (ushort)0))]);
                network.Server.HandleRtcp(buffer.AsSpan(0, writer.Length), network.Now);
            }
        }

        bool IsVideo(byte[] datagram) =>
            datagram[0] >> 6 == 2 && !RtpHeader.IsRtcp(datagram) && BinaryPrimitives.ReadUInt32BigEndian(datagram.AsSpan(8)) == network.Server.VideoSsrc;

        void Send(int frames)
        {
            for (int i = 0; i < frames; i++, next++)
            {
                bool isKeyFrame = next % GroupFrames == 0;
                if (isKeyFrame)
                {
                    group.Clear();
                }

                group.Add(MediaFrame.Create(MediaCodec.Vp8, TestVideo.Frame(next % GroupFrames, 4_000), (uint)(next * 3_000), isKeyFrame, captureTime: network.Now));
                network.Server.SendFrame(group[^1]);
                network.Run(1 / 30.0);
            }
        }
    }

    [Fact]
    public void ice_restart_keeps_media_flowing()
    {
        using VirtualNetwork network = new();
        network.Connect();
        IceCredentials remote = IceCredentials.Create(new SeededRandomSource(99));
        IceCredentials local = network.Server.RestartIce(remote, network.Now);
        network.Client.RestartIceAs(remote, local, network.Now);
        TestVideo.Send(network, frames: 60);
        network.Run(20);
        Assert.Equal(60, network.VideoFrames.Count());
        Assert.Equal(SessionState.Connected, network.Server.State);
    }
}
