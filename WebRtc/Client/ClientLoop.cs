using System.Collections.Concurrent;
using Nsn.WebRtc.Transport;

namespace Nsn.WebRtc.Client;

/// <summary>
/// One thread that serves the sockets of many clients. A client makes one for itself; a program with hundreds of clients (a load generator) shares one.
/// </summary>
public sealed unsafe class ClientLoop : IDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(5);

    private readonly ConcurrentDictionary<int, ClientPeer> _peers = new();
    private readonly Thread _thread;
    private readonly MonotonicClock _clock;
    private readonly ReceiveBatch _receive = new();
    private volatile bool _stopping;

    /// <summary>Starts the thread.</summary>
    public ClientLoop(TimeProvider? timeProvider = null)
    {
        _clock = new MonotonicClock(timeProvider ?? TimeProvider.System);
        _thread = new Thread(Run) { IsBackground = true, Name = "WebRTC clients" };
        _thread.Start();
    }

    internal MonotonicClock Clock => _clock;

    /// <summary>Stops the thread. Clients should be disposed before.</summary>
    public void Dispose()
    {
        _stopping = true;
        if (Thread.CurrentThread != _thread)
        {
            _thread.Join();
        }
    }

    internal void Add(ClientPeer peer) => _peers[peer.Descriptor] = peer;

    internal void Remove(ClientPeer peer) => _peers.TryRemove(new KeyValuePair<int, ClientPeer>(peer.Descriptor, peer));

    private void Run()
    {
        LibC.PollDescriptor[] descriptors = new LibC.PollDescriptor[16];
        while (!_stopping)
        {
            if (!LibC.IsSupported)
            {
                RunPortable();
                continue;
            }

            int count = 0;
            foreach (KeyValuePair<int, ClientPeer> pair in _peers)
            {
                if (count == descriptors.Length)
                {
                    Array.Resize(ref descriptors, descriptors.Length * 2);
                }

                descriptors[count++] = new LibC.PollDescriptor { Socket = pair.Key, Events = LibC.PollIn };
            }

            fixed (LibC.PollDescriptor* first = descriptors)
            {
                _ = LibC.poll(first, (nuint)count, (int)Tick.TotalMilliseconds);
            }

            TimeSpan now = _clock.Now;
            for (int i = 0; i < count; i++)
            {
                if (_peers.TryGetValue(descriptors[i].Socket, out ClientPeer? peer))
                {
                    peer.Serve(_receive, descriptors[i].Returned != 0, now);
                }
            }
        }
    }

    private void RunPortable()
    {
        Thread.Sleep(1);
        foreach (ClientPeer peer in _peers.Values)
        {
            peer.Serve(_receive, isReadable: true, _clock.Now);
        }
    }
}
