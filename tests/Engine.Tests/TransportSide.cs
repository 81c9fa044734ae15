using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Nsn.Engine.Runtime.Transport;
using Orleans.Configuration;
using Orleans.Connections.Security;

namespace Nsn.Engine.Tests;

/// <summary>A silo's transport without the silo, and what it sees.</summary>
internal sealed class TransportSide : ITransportHandler, ILogger<TcpTransport>
{
    private static readonly TimeSpan s_never = TimeSpan.FromDays(1);
    private readonly Action _onFrame;
    private int _frames;
    private int _lost;

    private TransportSide(TlsOptions tls, Action onFrame, TimeSpan? beats, TimeSpan? silenceMax, SiloAddress? client)
    {
        _onFrame = onFrame;
        var port = Ports.Free();
        Address = client ?? SiloAddress.New(IPAddress.Loopback, port, 1);
        Transport = new TcpTransport(
            Options.Create(new ClusterOptions()),
            Options.Create(new EndpointOptions { SiloPort = port, GatewayPort = 0 }),
            Options.Create(new SiloMessagingOptions()),
            Options.Create(new ClientMessagingOptions()),
            Options.Create(tls),
            this)
        {
            BeatInterval = beats ?? s_never,
            SilenceMax = silenceMax ?? s_never,
        };
    }

    public SiloAddress Address { get; }
    public TcpTransport Transport { get; }
    public ConcurrentQueue<string> Log { get; } = new();
    public int Frames => Volatile.Read(ref _frames);
    public int Lost => Volatile.Read(ref _lost);

    /// <param name="tls">How it encrypts.</param>
    /// <param name="onFrame">What the thread that reads does with each frame.</param>
    /// <param name="beats">After how long it says that it lives; never by default, so that nothing comes but what the test sends.</param>
    /// <param name="silenceMax">After how long it gives up a peer that says nothing; never by default.</param>
    /// <param name="client">The client that it is instead of a silo.</param>
    public static async Task<TransportSide> StartAsync(TlsOptions? tls = null, Action? onFrame = null, TimeSpan? beats = null, TimeSpan? silenceMax = null, SiloAddress? client = null)
    {
        var side = new TransportSide(tls ?? new TlsOptions(), onFrame ?? (() => { }), beats, silenceMax, client);
        await side.Transport.StartAsync(side.Address, side, TestContext.Current.CancellationToken);
        return side;
    }

    public bool OnFrame(SiloAddress from, byte[] buffer, int offset, int count)
    {
        _onFrame();
        Interlocked.Increment(ref _frames);
        return true;
    }

    public void OnDisconnected(SiloAddress peer, string reason) => Interlocked.Increment(ref _lost);
    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Log.Enqueue(formatter(state, exception));
}
