using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Nsn.Engine.Runtime.Activations;
using Nsn.Engine.Runtime.Filters;
using Nsn.Engine.Runtime.Grains;
using Nsn.Engine.Runtime.Scheduling;
using Nsn.Engine.Runtime.Transport;
using Orleans.Configuration;

namespace Nsn.Engine.Runtime.Silos;

/// <summary>
/// What silos and clients have in common: references that send calls, observers that receive them, and calls that wait for an answer.
/// </summary>
/// <remarks>Split by topic: this file is state and sending, <c>Node.Wire.cs</c> the frames, <c>Node.Expiry.cs</c> time-outs.</remarks>
internal abstract partial class Node : IGrainReferenceRuntime, ITransportHandler, ICallCompletion
{
    private readonly long _responseTimeoutMilliseconds;
    private readonly bool _cancelsOnTimeout;
    private readonly IOutgoingGrainCallFilter[] _outgoingFilters;
    private readonly ConcurrentQueue<Activation> _frozen = new();
    private bool _hasShortTimeouts;

    protected Node(IServiceProvider services, ITransport transport, MessagingOptions messaging)
    {
        Services = services;
        Transport = transport;
        TimeProvider = services.GetService<TimeProvider>() ?? TimeProvider.System;
        Scheduler = services.GetService<ITurnScheduler>() ?? new ThreadPoolTurnScheduler();
        Logger = services.GetRequiredService<ILoggerFactory>().CreateLogger(GetType().FullName!);
        References = new ReferenceFactory(this);
        Observers = new ObserverTable(this);
        IncomingFilters = [.. services.GetServices<IIncomingGrainCallFilter>()];
        _outgoingFilters = [.. services.GetServices<IOutgoingGrainCallFilter>()];
        _responseTimeoutMilliseconds = (long)(Debugger.IsAttached ? messaging.ResponseTimeoutWithDebugger : messaging.ResponseTimeout).TotalMilliseconds;
        _cancelsOnTimeout = messaging.CancelRequestOnTimeout;
        DropsExpired = messaging.DropExpiredMessages;
        MessageLengthMax = messaging.MaxMessageBodySize;
        _started = TimeProvider.GetTimestamp();
        TimeProvider.GetUtcNow();
    }

    public SiloAddress Address { get; protected set; } = SiloAddress.Zero;
    public IServiceProvider Services { get; }
    public ITransport Transport { get; }
    public TimeProvider TimeProvider { get; }
    public ITurnScheduler Scheduler { get; }
    public ILogger Logger { get; }
    public ReferenceFactory References { get; }
    public ObserverTable Observers { get; }
    public IIncomingGrainCallFilter[] IncomingFilters { get; }
    public bool HasIncomingFilters => IncomingFilters.Length > 0;
    public int QueueLimit { get; protected set; } = int.MaxValue;
    public long TurnWarningMilliseconds { get; protected set; } = 1000;
    public TimeSpan ActivationTimeout { get; protected set; } = GrainCollectionOptions.DEFAULT_ACTIVATION_TIMEOUT;
    public TimeSpan DeactivationTimeout { get; protected set; } = GrainCollectionOptions.DEFAULT_DEACTIVATION_TIMEOUT;
    public int MessageLengthMax { get; }
    public TimeSpan ResponseTimeout => TimeSpan.FromMilliseconds(_responseTimeoutMilliseconds);

    /// <summary>Whether calls of other processes whose time is up are not run any more.</summary>
    public bool DropsExpired { get; }

    /// <summary>Whether this node may run turns: false from the moment its lease is in doubt.</summary>
    public virtual bool MayAct => true;

    /// <summary>Whether turns must wait because the lease is in doubt but may still be confirmed.</summary>
    public virtual bool MustWait => false;

    /// <summary>Takes note of an activation that waits; it goes on when the lease is confirmed, or is dropped when it is lost.</summary>
    public void Freeze(Activation activation) => _frozen.Enqueue(activation);

    /// <summary>Finds where a call goes, and sends it there.</summary>
    public abstract void Route(Call call);

    public abstract void Forget(Activation activation);
    public virtual object? CreateExtension(Type type, Activation activation) => null;

    /// <summary>Sends a call again that an ending activation could not take.</summary>
    public void Reroute(Call call)
    {
        if (!call.IsCompleted)
            Route(call);
    }

    public void Send(Call call)
    {
        var reference = call.Reference;
        call.TargetId = reference.GrainId;
        if (SynchronizationContext.Current is Activation source)
        {
            call.Source = source;
            call.SourceId = source.GrainId;
            call.Parent = source.CurrentCall!;
        }

        call.Context = RequestContext.CallContextData;
        var timeout = _responseTimeoutMilliseconds;
        if (call.GetDefaultResponseTimeout() is { } ownTimeout)
        {
            timeout = (long)ownTimeout.TotalMilliseconds;
            if (timeout < 2000)
                _hasShortTimeouts = true;
        }

        call.Deadline = Now + timeout;
        if (_outgoingFilters.Length > 0 && !call.IsFiltered)
            _ = OutgoingFilterChain.RunAsync(this, call, _outgoingFilters);
        else
            SendFiltered(call);
    }

    internal void SendFiltered(Call call)
    {
        if (call.IsCancellable && !TryArmCancellation(call))
            return;
        Route(call);
    }

    private bool TryArmCancellation(Call call)
    {
        var token = call.GetCancellationToken();
        if (!token.CanBeCanceled)
            return true;
        if (token.IsCancellationRequested && !call.CancellationOnlyTells)
        {
            call.Abandon(new OperationCanceledException(token));
            return false;
        }

        call.Cancellation = new CancellationTokenSource();
        call.SetCancellationToken(call.Cancellation.Token);
        call.CancellationRegistration = token.UnsafeRegister(static (state, cancelled) =>
        {
            var (node, call) = ((Node, Call))state!;
            node.Cancel(call, cancelled);
        }, (this, call));
        return true;
    }

    private void Cancel(Call call, CancellationToken token)
    {
        if (call.CancellationOnlyTells)
        {
            SignalCancellation(call); // first, so that who sends the call just now sees it
            if (call.CorrelationId != 0 && _pending.TryGetValue(call.CorrelationId, out var told) && ReferenceEquals(told.Call, call))
                SendCancel(told.Target, call.CorrelationId);
            return;
        }

        if (call.CorrelationId != 0 && _pending.TryRemove(call.CorrelationId, out var pending))
            SendCancel(pending.Target, call.CorrelationId);
        else
            SignalCancellation(call);
        call.Abandon(new OperationCanceledException(token));
    }

    /// <summary>Cancels the callee's token within its turn.</summary>
    private static void SignalCancellation(Call call)
    {
        if (call.Cancellation is not { } source)
            return;
        if (call.Target is IGrainBase { GrainContext: { } context })
            context.Scheduler.QueueAction(source.Cancel);
        else
            source.Cancel();
    }

    public IAddressable Cast(GrainReference reference, Type interfaceType) =>
        References.Create(reference.Shared.GrainType, reference.GrainId.Key, interfaceType);

    public GrainReference CreateReference(GrainId grainId, Type interfaceType) => References.Create(grainId, interfaceType);

    /// <summary>Puts a call into an activation of this node.</summary>
    protected bool Deliver(Activation activation, Call call)
    {
        if (!call.OwnsArguments)
        {
            try
            {
                call.CopyArguments();
            }
            catch (Exception exception)
            {
                call.Abandon(exception);
                return true;
            }

            call.OwnsArguments = true;
        }

        return activation.Enqueue(call);
    }
}
