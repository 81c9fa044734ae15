using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Nsn.Engine.Runtime.Activations;
using Nsn.Engine.Runtime.Silos;
using Nsn.Engine.Runtime.Transport;
using Orleans.Configuration;

namespace Nsn.Engine.Runtime.Clients;

/// <summary>A process that calls grains through one silo at a time, its gateway, and finds another when that is lost.</summary>
internal sealed class ClientNode : Node
{
    private const int GatewayCheckTicks = 20;

    private readonly IGatewayList _gateways;
    private readonly IClientConnectionRetryFilter? _retry;
    private readonly CancellationTokenSource _stopped = new();
    private volatile SiloAddress? _gateway;
    private readonly Lock _reconnectGate = new();
    private bool _reconnects;
    private Task? _connecting;
    private int _ticksSinceCheck;
    private int _checking;

    public ClientNode(IServiceProvider services, ITransport transport, IGatewayList gateways)
        : base(services, transport, services.GetRequiredService<IOptions<ClientMessagingOptions>>().Value)
    {
        _gateways = gateways;
        _retry = services.GetService<IClientConnectionRetryFilter>();
        Address = SiloAddress.New(System.Net.IPAddress.Loopback, 0, -Random.Shared.Next(1, int.MaxValue));
    }

    protected override IEnumerable<Activation> Activations => Observers.Activations;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        StartClock();
        await Transport.StartAsync(Address, this, cancellationToken);
        while (true)
        {
            try
            {
                await ConnectAsync(cancellationToken);
                return;
            }
            catch (SiloUnavailableException exception) when (_retry is not null)
            {
                if (!await _retry.ShouldRetryConnectionAttempt(exception, cancellationToken))
                    throw;
            }
        }
    }

    public async Task StopAsync()
    {
        await _stopped.CancelAsync();
        StopClock();
        await Transport.DisposeAsync();
    }

    public override void Route(Call call)
    {
        if (call.TargetId.Type == ObserverTable.Type && ObserverTable.ProcessOf(call.TargetId)?.Equals(Address) == true)
        {
            if (!Observers.TryGet(call.TargetId.Key, out var observer) || !Deliver(observer, call))
                call.Abandon(new ClientNotAvailableException(call.TargetId));
        }
        else if (_gateway is { } gateway)
        {
            SendRemote(call, gateway, placeHere: false);
        }
        else if (call.TargetId.Type == Silo.ControlType)
        {
            call.Abandon(new SiloUnavailableException("The gateway was lost while it was greeted.")); // who reconnects waits for this call, not the reverse
        }
        else
        {
            _ = SendWhenConnectedAsync(call);
        }
    }

    private async Task SendWhenConnectedAsync(Call call)
    {
        try
        {
            if (!call.OwnsArguments)
            {
                call.CopyArguments();
                call.OwnsArguments = true;
            }

            if (_connecting is { } connecting)
                await WithinDeadlineAsync(call, new ValueTask<bool>(IsDone(connecting)));
            if (call.IsCompleted)
                return; // it was told meanwhile that its time is up
            SendRemote(call, _gateway ?? throw new SiloUnavailableException("The client is not connected to any silo."), placeHere: false);
        }
        catch (Exception exception)
        {
            call.Abandon(exception);
        }
    }

    private static async Task<bool> IsDone(Task task)
    {
        await task;
        return true;
    }

    public override void Forget(Activation activation)
    {
    }

    public override void OnDisconnected(SiloAddress peer, string reason)
    {
        if (peer.Equals(_gateway))
            Reconnect();
        else if (_gateway is { } gateway && !_stopped.IsCancellationRequested)
            _ = GreetAgainAsync(gateway);
        base.OnDisconnected(peer, reason);
    }

    protected override void OnUnreachable(SiloAddress peer)
    {
        if (peer.Equals(_gateway) && !_stopped.IsCancellationRequested)
            Reconnect();
    }

    /// <summary>Looks for a gateway, unless that is being done: two that look at once would greet two.</summary>
    private void Reconnect()
    {
        lock (_reconnectGate)
        {
            _gateway = null;
            if (_reconnects || _stopped.IsCancellationRequested)
                return;
            _reconnects = true;
        }

        _connecting = ReconnectAsync();
    }

    /// <summary>A silo is gone that may have been greeted before, and then may be the one on record as this client's gateway: the present one is told again.</summary>
    private async Task GreetAgainAsync(SiloAddress gateway)
    {
        try
        {
            await Hello(gateway);
        }
        catch (Exception exception)
        {
            SiloLog.RouteFailed(Logger, "the client's greeting", exception); // a gateway that is lost is replaced, and then greeted
        }
    }

    protected override void OnLeaving(SiloAddress peer)
    {
        if (peer.Equals(_gateway))
            _ = MoveAsync(peer);
    }

    /// <summary>Takes another gateway; the connection to the one that leaves stays for the answers that it owes.</summary>
    private async Task MoveAsync(SiloAddress leaving)
    {
        try
        {
            var others = (await _gateways.GetGatewaysAsync(_stopped.Token)).Where(other => !leaving.Equals(other.Silo)).ToList();
            await ConnectToAnyAsync(others, leaving, _stopped.Token);
        }
        catch (Exception exception) when (exception is SiloUnavailableException or OperationCanceledException)
        {
            _gateway ??= leaving; // the only one there is: as long as it answers
        }
    }

    protected override void OnTick()
    {
        if (++_ticksSinceCheck < GatewayCheckTicks)
            return;
        _ticksSinceCheck = 0;
        _ = CheckGatewayAsync();
    }

    /// <summary>A gateway may be paused or cut off while its connection looks alive: once the cluster holds it for dead, another is taken.</summary>
    private async Task CheckGatewayAsync()
    {
        if (_gateway is not { } gateway || Interlocked.Exchange(ref _checking, 1) == 1)
            return;
        try
        {
            var living = await _gateways.GetGatewaysAsync(_stopped.Token);
            if (living.Count > 0 && living.All(other => other.Silo is { } silo && !silo.Equals(gateway)))
                OnDisconnected(gateway, "it is no longer a member");
        }
        catch (Exception exception) when (exception is SiloUnavailableException or OperationCanceledException)
        {
            // Nobody knows who lives: the connection that is there stays.
        }
        finally
        {
            Volatile.Write(ref _checking, 0);
        }
    }

    private async Task ReconnectAsync()
    {
        while (true)
        {
            lock (_reconnectGate)
            {
                if (_stopped.IsCancellationRequested || _gateway is not null)
                {
                    _reconnects = false;
                    return;
                }
            }

            try
            {
                await ConnectAsync(_stopped.Token);
            }
            catch (Exception exception) when (!_stopped.IsCancellationRequested)
            {
                SiloLog.RouteFailed(Logger, "the client's connection", exception);
                await Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider, _stopped.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            }
        }
    }

    private async Task ConnectAsync(CancellationToken cancellationToken)
    {
        await ConnectToAnyAsync(await _gateways.GetGatewaysAsync(cancellationToken), null, cancellationToken);
    }

    private async Task ConnectToAnyAsync(IReadOnlyList<Gateway> gateways, SiloAddress? leaving, CancellationToken cancellationToken)
    {
        Exception? last = null;
        foreach (var gateway in gateways.OrderBy(_ => Random.Shared.Next()))
        {
            SiloAddress? silo = null;
            try
            {
                silo = Transport is TcpTransport tcp ? await tcp.ConnectAsync(gateway.Endpoint, cancellationToken) : gateway.Silo!;
                if (silo.Equals(leaving))
                    continue;
                _gateway = silo;
                await Hello(silo);
                return;
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                if (silo is not null && silo.Equals(_gateway))
                    _gateway = leaving; // unless another attempt has found one meanwhile
                last = exception;
            }
        }

        throw new SiloUnavailableException(gateways.Count == 0 ? "No silo is known to connect to." : $"None of {gateways.Count} silos could be reached.", last!);
    }

    private Task Hello(SiloAddress silo) =>
        ((ISiloControl)(object)References.Create(GrainId.Create(Silo.ControlType, silo.ToParsableString()), typeof(ISiloControl))).ConnectClient(Address);
}
