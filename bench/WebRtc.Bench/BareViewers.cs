using Nsn.WebRtc.Transport;

namespace Nsn.WebRtc.Bench;

/// <summary>Sockets that take datagrams and throw them away, waited for by one thread as <see cref="Client.ClientLoop"/> waits for its own.</summary>
internal sealed unsafe class BareViewers : IDisposable
{
    private readonly UdpPort[] _ports;
    private readonly ReceiveBatch _receive = new();
    private readonly Thread _thread;
    private volatile bool _stopping;
    private long _received;

    public BareViewers(int count)
    {
        _ports = [.. Enumerable.Range(0, count).Select(_ => UdpPort.Open(null, 0))];
        _thread = new Thread(Run) { IsBackground = true };
        _thread.Start();
    }

    public IEnumerable<int> Ports => _ports.Select(port => port.LocalPort);

    public long Received => Interlocked.Read(ref _received);

    public void Dispose()
    {
        _stopping = true;
        _thread.Join();
        foreach (UdpPort port in _ports)
        {
            port.Dispose();
        }
    }

    private void Run()
    {
        LibC.PollDescriptor[] descriptors = [.. _ports.Select(port => new LibC.PollDescriptor { Socket = port.Descriptor, Events = LibC.PollIn })];
        while (!_stopping)
        {
            fixed (LibC.PollDescriptor* first = descriptors)
            {
                _ = LibC.poll(first, (nuint)descriptors.Length, 5);
            }

            for (int i = 0; i < descriptors.Length; i++)
            {
                if (descriptors[i].Returned != 0)
                {
                    Interlocked.Add(ref _received, _receive.Receive(_ports[i], TimeSpan.Zero));
                }
            }
        }
    }
}
