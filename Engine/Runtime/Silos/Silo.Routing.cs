using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Nsn.Engine.Runtime.Activations;
using Nsn.Engine.Runtime.Grains;

namespace Nsn.Engine.Runtime.Silos;

/// <content>Where calls go.</content>
internal sealed partial class Silo
{
    private const int TakeOverAttemptsMax = 3;

    /// <summary>The silo itself as a grain: the key is its address.</summary>
    public static readonly GrainType ControlType = GrainType.Create("sys.silo");

    private readonly int _forwardsMax;
    private readonly ConcurrentDictionary<GrainId, SiloAddress> _located = new();
    private readonly ConcurrentDictionary<GrainId, ClientRoute> _clients = new();

    /// <summary>How many clients have this silo as their gateway.</summary>
    public int ClientCount => _clients.Count;

    public override void Route(Call call)
    {
        var reference = call.Reference;
        if (reference?.LocalTarget is Activation last && last.IsValid && Deliver(last, call))
            return;
        var id = call.TargetId;
        if (_activations.TryGetValue(id, out var activation))
        {
            if (Deliver(activation, call))
            {
                if (reference is not null)
                    reference.LocalTarget = activation;
                return;
            }

            _activations.TryRemove(KeyValuePair.Create(id, activation));
        }

        if (id.Type == ObserverTable.Type)
        {
            RouteToObserver(call);
        }
        else if (id.Type == ControlType)
        {
            if (SiloAddress.TryParse(id.Key.ToString(), out var silo) && !silo.Equals(Address))
                Forward(call, silo, placeHere: false);
            else if (!Deliver(Control, call))
                call.Abandon(new SiloUnavailableException($"{Address} has ended; {call} was not run."));
        }
        else
        {
            RouteToGrain(call, id);
        }
    }

    private void RouteToGrain(Call call, GrainId id)
    {
        GrainClass grainClass;
        try
        {
            if (UnresolvedType.TryResolve(id.Type, _classes, out var resolved))
                call.TargetId = id = new GrainId(resolved, id.Key);
            if (!_classes.TryGetClass(id.Type, out grainClass))
                throw new ArgumentException($"This silo has no grain class of type '{id.Type}'.");
        }
        catch (Exception exception)
        {
            call.Abandon(exception);
            return;
        }

        if (grainClass.LocalWorkersMax > 0)
            HostWorker(call, grainClass);
        else if (_activations.TryGetValue(id, out var activation) && Deliver(activation, call))
            return; // its type had to be resolved first
        else
            _ = LocateAsync(call, grainClass);
    }

    private async Task LocateAsync(Call call, GrainClass grainClass)
    {
        var id = call.TargetId;
        try
        {
            var placedHere = call.PlaceHere;
            call.PlaceHere = false;
            if (placedHere && _status == SiloStatus.Active)
            {
                Host(call, grainClass);
                return;
            }

            // Another silo holds this one for the owner: one of the two remembers wrongly, and only the directory knows which.
            if (call.ReplyTo is { IsClient: false })
                _located.TryRemove(id, out _);
            if (_located.TryGetValue(id, out var known) && View.Find(known) is { Status: SiloStatus.Active })
            {
                Forward(call, known, placeHere: false);
                return;
            }

            if (!call.OwnsArguments)
            {
                call.CopyArguments();
                call.OwnsArguments = true;
            }

            // A silo that is alone need not ask who has it: should somebody have joined meanwhile, it is told when it registers the grain.
            var lookup = View.Silos.Length == 1 ? default : _directory.LookupAsync(id, CancellationToken.None);
            var owner = lookup.IsCompletedSuccessfully ? lookup.Result : await WithinDeadlineAsync(call, lookup);
            if (call.IsCompleted)
                return; // it was told meanwhile that its time is up
            if (owner is not null && View.Find(owner.SiloAddress) is not null)
            {
                if (owner.SiloAddress.Equals(Address))
                {
                    Host(call, grainClass);
                }
                else
                {
                    Remember(id, owner.SiloAddress);
                    Forward(call, owner.SiloAddress, placeHere: false);
                }

                return;
            }

            var choice = _placement.ChooseAsync(grainClass, id, call.Context);
            var silo = choice.IsCompletedSuccessfully ? choice.Result : await WithinDeadlineAsync(call, choice);
            if (call.IsCompleted)
                return;
            if (silo.Equals(Address))
            {
                Host(call, grainClass);
            }
            else
            {
                Remember(id, silo); // the next call needs no directory; if it turns out otherwise, the answer says so
                Forward(call, silo, placeHere: true);
            }
        }
        catch (Exception exception)
        {
            SiloLog.RouteFailed(Logger, call.ToString(), exception);
            call.Abandon(exception);
        }
    }

    private void Forward(Call call, SiloAddress silo, bool placeHere)
    {
        if (call.ReplyTo is not null && ++call.ForwardCount > _forwardsMax)
        {
            call.Abandon(new OrleansMessageRejectionException($"{call} was passed on {_forwardsMax} times without finding its grain; the cluster is changing."));
            return;
        }

        SendRemote(call, silo, placeHere);
    }

    private void Remember(GrainId id, SiloAddress silo)
    {
        if (_located.Count > 1_000_000)
            _located.Clear();
        _located[id] = silo;
    }

    private void RouteToObserver(Call call)
    {
        var process = ObserverTable.ProcessOf(call.TargetId);
        if (process is null)
            call.Abandon(new ClientNotAvailableException(call.TargetId));
        else if (process.Equals(Address))
            DeliverToObserver(call);
        else if (!process.IsClient)
            Forward(call, process, placeHere: false);
        else if (_clients.ContainsKey(ClientId(process)))
            SendRemote(call, process, placeHere: false);
        else
            _ = LocateClientAsync(call, process);
    }

    private void DeliverToObserver(Call call)
    {
        if (!Observers.TryGet(call.TargetId.Key, out var observer) || !Deliver(observer, call))
            call.Abandon(new ClientNotAvailableException(call.TargetId));
    }

    private async Task LocateClientAsync(Call call, SiloAddress client)
    {
        try
        {
            var gateway = await WithinDeadlineAsync(call, _directory.LookupAsync(ClientId(client), CancellationToken.None));
            if (call.IsCompleted)
                return;
            if (gateway is null || gateway.SiloAddress.Equals(Address) || View.Find(gateway.SiloAddress) is null)
                call.Abandon(new ClientNotAvailableException(call.TargetId));
            else
                Forward(call, gateway.SiloAddress, placeHere: false);
        }
        catch (Exception exception)
        {
            call.Abandon(exception);
        }
    }

    public static GrainId ClientId(SiloAddress client) => GrainId.Create("sys.client", client.ToParsableString());

    /// <summary>A client has connected to this silo: others reach it through here, whichever gateway it had before and whether that still lives.</summary>
    public async Task OnClientConnectedAsync(SiloAddress client)
    {
        var route = new ClientRoute(client);
        _clients[ClientId(client)] = route;
        await RegisterClientAsync(route, takesOver: true);
        if (_status == SiloStatus.ShuttingDown)
            SendLeaving(client);
    }

    private async Task RegisterClientAsync(ClientRoute route, bool takesOver)
    {
        var id = ClientId(route.Client);
        var proposed = new GrainAddress { GrainId = id, SiloAddress = Address, ActivationId = ActivationId.NewId() };
        for (var attempt = 0; ; attempt++)
        {
            var entry = await _directory.RegisterAsync(proposed, CancellationToken.None);
            if (entry.SiloAddress.Equals(proposed.SiloAddress))
            {
                route.Entry = entry;
                break;
            }

            if (!takesOver)
                return;
            if (attempt == TakeOverAttemptsMax)
                throw new SiloUnavailableException($"{route.Client} is registered at {entry.SiloAddress} again and again and cannot be at {Address}.");
            await _directory.UnregisterAsync(entry, CancellationToken.None); // the gateway that the client had before
        }

        if (!_clients.TryGetValue(id, out var current) || current != route)
            await ForgetClientAsync(route); // it went while this was written
    }

    /// <summary>Gives up this silo's own entry for a client; one that another gateway has written meanwhile stays.</summary>
    private async Task ForgetClientAsync(ClientRoute route)
    {
        if (route.Entry is not { } entry)
            return;
        route.Entry = null;
        try
        {
            await _directory.UnregisterAsync(entry, CancellationToken.None);
        }
        catch (Exception exception)
        {
            SiloLog.ClientNotWritten(Logger, route.Client, exception); // the gateway that it takes next overwrites the entry
        }
    }

    /// <summary>The gateway on record may have gone with a client that is connected here as well: then this silo is its gateway.</summary>
    private async Task KeepClientsReachableAsync()
    {
        foreach (var (id, route) in _clients)
        {
            try
            {
                var known = await _directory.LookupAsync(id, CancellationToken.None);
                if (_status == SiloStatus.Active && (known is null || View.Find(known.SiloAddress) is null))
                    await RegisterClientAsync(route, takesOver: false);
            }
            catch (Exception exception)
            {
                SiloLog.ClientNotWritten(Logger, route.Client, exception);
            }
        }
    }

    /// <summary>Clients take other gateways before this one goes, and get their answers from here.</summary>
    private void SendClientsAway()
    {
        foreach (var route in _clients.Values)
            SendLeaving(route.Client);
    }

    public override void OnDisconnected(SiloAddress peer, string reason)
    {
        if (!peer.IsClient)
            _membership.Suspect(peer);
        else if (_clients.TryRemove(ClientId(peer), out var route))
            _ = ForgetClientAsync(route);
        base.OnDisconnected(peer, reason);
    }

    /// <summary>A client that is connected to this silo.</summary>
    private sealed class ClientRoute(SiloAddress client)
    {
        public SiloAddress Client => client;

        /// <summary>This silo's entry in the directory; null while it has none.</summary>
        public GrainAddress? Entry { get; set; }
    }

    protected override void OnUnreachable(SiloAddress peer)
    {
        foreach (var (id, silo) in _located)
        {
            if (silo.Equals(peer))
                _located.TryRemove(KeyValuePair.Create(id, silo));
        }
    }

    /// <summary>The silo has left since the call was addressed to it: its grains are elsewhere by now.</summary>
    protected override bool RoutesAnew(Call call, SiloAddress unreachable)
    {
        if (call.TargetId.Type == ControlType || call.TargetId.Type == ObserverTable.Type || View.Find(unreachable) is not null || ++call.ForwardCount > _forwardsMax)
            return false;
        Route(call);
        return true;
    }

    protected override void OnForwarded(GrainId grainId) => _located.TryRemove(grainId, out _);
}
