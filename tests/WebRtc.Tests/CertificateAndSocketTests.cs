using System.Net;
using System.Net.Sockets;
using Nsn.WebRtc.Dtls;
using Nsn.WebRtc.Network;
using Nsn.WebRtc.Transport;

namespace Nsn.WebRtc.Tests;

/// <summary>What is shared with the rest of the machine: the certificate's file, and the numbers of sockets.</summary>
public class CertificateAndSocketTests
{
    [Fact]
    public void all_who_make_the_certificate_at_once_get_the_same_one()
    {
        for (int round = 0; round < 5; round++)
        {
            string folder = Directory.CreateTempSubdirectory("nsn-").FullName;
            try
            {
                string path = Path.Combine(folder, "data", "dtls.pem");
                string[] fingerprints = new string[8];
                using Barrier barrier = new(fingerprints.Length);
                Thread[] threads = [.. Enumerable.Range(0, fingerprints.Length).Select(i => new Thread(() =>
                {
                    barrier.SignalAndWait();
                    using DtlsCertificate certificate = DtlsCertificate.LoadOrCreate(path);
                    fingerprints[i] = certificate.Fingerprint;
                }))];
                foreach (Thread thread in threads)
                {
                    thread.Start();
                }

                foreach (Thread thread in threads)
                {
                    thread.Join();
                }

                using DtlsCertificate later = DtlsCertificate.LoadOrCreate(path);
                Assert.All(fingerprints, fingerprint => Assert.Equal(later.Fingerprint, fingerprint));
                Assert.Equal([path], Directory.GetFiles(Path.GetDirectoryName(path)!));
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    [Fact]
    public void what_waits_when_a_port_is_closed_does_not_go_out_on_the_next_socket_of_that_number()
    {
        Assert.SkipUnless(LibC.IsSupported, "Only where the batch calls the system itself.");
        using Socket target = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        target.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        TransportAddress to = TransportAddress.Loopback(((IPEndPoint)target.LocalEndPoint!).Port);
        UdpPort port = UdpPort.Open(IPAddress.Loopback, 0);
        SendBatch batch = new(port);
        batch.Hold();
        batch.Next()[..4].Fill(7);
        batch.Commit(4, to);
        int number = port.Descriptor;
        port.Dispose();

        // Other tests open sockets, too: one of these has the number, unless it went to one of theirs.
        List<Socket> others = [];
        try
        {
            for (int i = 0; i < 64 && !others.Exists(socket => (int)socket.Handle == number); i++)
            {
                Socket other = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
                other.Bind(new IPEndPoint(IPAddress.Loopback, 0));
                others.Add(other);
            }

            batch.Release();
            Assert.Equal(0, batch.Waiting);
            Assert.Equal(0, target.Available);
            Assert.Equal(0, new ReceiveBatch().Receive(port, TimeSpan.Zero));
            port.Send([1, 2, 3], to);
            Assert.Equal(0, target.Available);
        }
        finally
        {
            others.ForEach(socket => socket.Dispose());
        }
    }
}
