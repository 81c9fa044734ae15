using System.Net;
using Nsn.WebRtc.Network;
using Nsn.WebRtc.Sessions;
using Nsn.WebRtc.Transport;

namespace Nsn.WebRtc.Client;

/// <summary>A client's session on a socket of its own.</summary>
internal sealed class ClientPeer : IConnectionHost, IDisposable
{
    private readonly ClientLoop _loop;
    private readonly UdpPort _port;
    private readonly ThreadLocal<SendBatch> _batches;
    private readonly Lock _lock = new();
    private bool _disposed;

    public ClientPeer(ClientLoop loop, SessionOptions options, IPAddress? bindAddress, out string offer)
    {
        _loop = loop;
        _port = UdpPort.Open(bindAddress, 0);
        _batches = new ThreadLocal<SendBatch>(() => new SendBatch(_port, arenaBytes: SendBatch.SmallArenaBytes));
        Connection = new WebRtcConnection(this, WebRtcSession.CreateOffer(options, out offer));
        _loop.Add(this);
    }

    public WebRtcConnection Connection { get; }

    public int Descriptor => _port.Descriptor;

    public TimeSpan Now => _loop.Clock.Now;

    public SendBatch Batch => _batches.Value!;

    public void Forget(WebRtcConnection connection, SessionClosed closed) => _loop.Remove(this);

    public void AddUsername(string usernameFragment, WebRtcConnection connection)
    {
        // One socket, one session: nothing to route by.
    }

    public void RemoveUsername(string usernameFragment, WebRtcConnection connection)
    {
        // Likewise.
    }

    public void Report(WebRtcConnection connection, Exception exception)
    {
        // The owner finds it in the event and in the task that tell of the end.
    }

    /// <summary>Takes what is there, and does what is due.</summary>
    /// <param name="receive">The loop's own.</param>
    /// <param name="isReadable">False if nothing is there.</param>
    /// <param name="now">The time.</param>
    public void Serve(ReceiveBatch receive, bool isReadable, TimeSpan now)
    {
        lock (_lock)
        {
            if (_disposed)
            {
                return;
            }

            int count = isReadable ? receive.Receive(_port, TimeSpan.Zero) : 0;
            for (int i = 0; i < count; i++)
            {
                Connection.Handle(receive.Datagram(i, out TransportAddress from), from, now);
            }

            if (count > 0)
            {
                Connection.Flush();
            }

            if (Connection.Deadline <= now)
            {
                Connection.HandleTimeout(now);
            }
        }
    }

    public void Dispose()
    {
        Connection.Close();
        _loop.Remove(this);
        lock (_lock)
        {
            _disposed = true;
            _port.Dispose();
        }
    }
}
