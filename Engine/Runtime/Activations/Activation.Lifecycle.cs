using Nsn.Engine.Runtime.Cluster;
using Nsn.Engine.Runtime.Extensions;

namespace Nsn.Engine.Runtime.Activations;

/// <content>The beginning and the end.</content>
internal sealed partial class Activation
{
    /// <summary>How often a call may find a grain that ends its activation while it begins.</summary>
    private const int EndsAtBeginningMax = 3;

    private ActivationState _state;
    private bool _ending;
    private bool _endsOnceBegun;
    private long _keepUntil;

    public ActivationState State => _state;
    public bool IsValid => _state <= ActivationState.Valid;

    /// <summary>For observers and system grains: an instance that exists already.</summary>
    public void UseInstance(object instance)
    {
        GrainInstance = instance;
        _state = ActivationState.Valid;
    }

    public void Activate(Dictionary<string, object>? requestContext, CancellationToken cancellationToken = default) =>
        Post(static state => _ = ((Activation)state!).BeginAsync(), this);

    /// <summary>Owns the grain in the directory, makes the instance, sets up its state, and lets the grain prepare.</summary>
    private async Task BeginAsync()
    {
        try
        {
            if (_node is IActivationOwner owner && Class.UsesDirectory)
            {
                var registration = owner.RegisterAsync(this);
                var winner = registration.IsCompletedSuccessfully ? registration.Result : await registration;
                if (winner is not null)
                {
                    Fail(new DeactivationReason(DeactivationReasonCode.DuplicateActivation, $"The grain is active at {winner.SiloAddress}."), null);
                    return;
                }
            }

            lock (this)
            {
                if (_state != ActivationState.Creating)
                    return; // dropped meanwhile
                _state = ActivationState.Activating;
            }

            GrainInstance = Class.Create(this);
            if (GrainInstance is ILifecycleParticipant<IGrainLifecycle> participant)
                participant.Participate(ObservableLifecycle);
            await WithTimeout(static (activation, token) => activation.PrepareAsync(token), _node.ActivationTimeout, "activation");
        }
        catch (Exception exception)
        {
            Log.ActivationFailed(_node.Logger, GrainId, exception);
            Fail(new DeactivationReason(DeactivationReasonCode.ActivationFailed, exception, "Activation failed."), exception);
            return;
        }

        if (Class.MayInterleave is not null)
            LetWaitingInterleave();
        lock (this)
        {
            if (_state == ActivationState.Activating)
                _state = _endsOnceBegun ? ActivationState.Deactivating : ActivationState.Valid;
        }
    }

    /// <summary>Asks the grain about the calls that waited for it; this is its turn, so none of them runs meanwhile.</summary>
    private void LetWaitingInterleave()
    {
        var waiting = new List<Call>();
        lock (this)
        {
            for (var call = _queueHead; call is not null; call = call.Next)
                waiting.Add(call);
        }

        foreach (var call in waiting)
            TrySetInterleaves(call); // where that fails the call is over, and is passed by in the queue
    }

    private async Task PrepareAsync(CancellationToken cancellationToken)
    {
        if (_extras?.Lifecycle is { } lifecycle)
        {
            await lifecycle.StartAsync(cancellationToken);
            cancellationToken.ThrowIfCancellationRequested(); // given up meanwhile
        }

        if (GrainInstance is IGrainBase grain)
            await grain.OnActivateAsync(cancellationToken);
    }

    private async Task FarewellAsync(CancellationToken cancellationToken)
    {
        if (GrainInstance is IGrainBase grain)
            await grain.OnDeactivateAsync(Extras.Reason, cancellationToken);
        if (_extras?.Lifecycle is { } lifecycle)
            await lifecycle.StopAsync(cancellationToken);
    }

    /// <summary>Runs code of the grain; what takes longer is told so by its token, within a turn, and no longer waited for.</summary>
    private async Task WithTimeout(Func<Activation, CancellationToken, Task> run, TimeSpan timeout, string what)
    {
        var source = new CancellationTokenSource(); // has no timer: there is nothing to dispose of, and the grain may keep the token
        var task = run(this, source.Token);
        if (task.IsCompletedSuccessfully)
            return;
        try
        {
            await task.WaitAsync(timeout, _node.TimeProvider);
        }
        catch (TimeoutException) when (!task.IsFaulted)
        {
            QueueAction(source.Cancel); // what the grain does on it is another turn
            throw new TimeoutException($"The {what} of {GrainId} ({Class.Type}) did not end within {timeout}.");
        }
    }

    private void Fail(DeactivationReason reason, Exception? error)
    {
        Call? waiting;
        lock (this)
        {
            _state = ActivationState.Dead;
            waiting = TakeQueue_NeedsLock();
        }

        Extras.Reason = reason;
        _node.Forget(this);
        if (error is not null && _node is IActivationOwner owner && Class.UsesDirectory)
            _ = owner.UnregisterAsync(this);
        DisposeTimers();
        Extras.SignalDeactivated();
        while (waiting is not null)
        {
            var next = waiting.Next;
            waiting.Next = null!;
            if (error is null && _endsOnceBegun && reason.ReasonCode is not (DeactivationReasonCode.ShuttingDown or DeactivationReasonCode.DuplicateActivation) && ++waiting.ForwardCount > EndsAtBeginningMax)
            {
                waiting.Abandon(new OrleansMessageRejectionException($"{GrainId} ({Class.Type}) ended {EndsAtBeginningMax + 1} times as soon as it had begun, before it took {waiting}: {reason.Description}"));
            }
            else if (error is null)
            {
                _node.Reroute(waiting);
            }
            else
            {
                waiting.Fault = error;
                waiting.FoundNoGrain = true;
                Completed(waiting);
            }

            waiting = next;
        }
    }

    private Call? TakeQueue_NeedsLock()
    {
        var head = _queueHead;
        _queueHead = _queueTail = null;
        _queued = 0;
        return head;
    }

    public void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default)
    {
        lock (this)
        {
            if (_state is ActivationState.Deactivating or ActivationState.Dead)
                return;
            if (_state != ActivationState.Valid)
            {
                // Not begun yet: it ends as soon as it has, for the first reason that was given.
                if (!_endsOnceBegun)
                    Extras.Reason = deactivationReason;
                _endsOnceBegun = true;
                return;
            }

            _state = ActivationState.Deactivating;
            Extras.Reason = deactivationReason;
        }

        Post(static _ => { }, null);
    }

    /// <summary>Ends an activation that nobody uses; false when it is in use.</summary>
    public bool TryCollect(long now, long ageMilliseconds)
    {
        lock (this)
        {
            if (_state != ActivationState.Valid || !IsIdle || now - LastUsed < ageMilliseconds || now < _keepUntil)
                return false;
            _state = ActivationState.Deactivating;
            Extras.Reason = new DeactivationReason(DeactivationReasonCode.ActivationIdle, "Nobody called the grain for its collection age.");
        }

        Post(static _ => { }, null);
        return true;
    }

    public void KeepAliveFor(TimeSpan time) => _keepUntil = time == Timeout.InfiniteTimeSpan
        ? long.MaxValue
        : time <= TimeSpan.Zero ? 0 : _node.Now + (long)Math.Min(time.TotalMilliseconds, long.MaxValue / 4d);

    /// <summary>Keeps the grain for a while more; who asked for longer gets that.</summary>
    public void KeepAliveAtLeast(TimeSpan time) => _keepUntil = Math.Max(_keepUntil, _node.Now + (long)time.TotalMilliseconds);

    public void Touch() => LastUsed = _node.Now;

    /// <summary>Runs the grain's farewell, gives up ownership, and sends calls that still wait elsewhere.</summary>
    private async Task EndAsync()
    {
        DisposeTimers();
        (GetComponent(typeof(IEnumerationExtension)) as EnumerationExtension)?.StopAll();
        try
        {
            await WithTimeout(static (activation, token) => activation.FarewellAsync(token), _node.DeactivationTimeout, "deactivation");
        }
        catch (Exception exception)
        {
            Log.DeactivationFailed(_node.Logger, GrainId, exception);
        }

        try
        {
            if (GrainInstance is IAsyncDisposable asyncDisposable)
                await asyncDisposable.DisposeAsync();
            else if (GrainInstance is IDisposable disposable)
                disposable.Dispose();
            if (_node is IActivationOwner owner && Class.UsesDirectory)
                await owner.UnregisterAsync(this);
        }
        catch (Exception exception)
        {
            Log.DeactivationFailed(_node.Logger, GrainId, exception);
        }

        Fail(Extras.Reason, null);
    }

    public bool IsAcceptingWork => _state < ActivationState.Deactivating;

    /// <summary>Ends at once without a farewell: the silo no longer owns the grain, and code of it that waits for something never goes on.</summary>
    public void Drop(Exception reason)
    {
        var dropped = new List<Call>();
        lock (this)
        {
            _state = ActivationState.Dead;
            _dropped = true;
            _workHead = _workTail = null;
            for (var call = TakeQueue_NeedsLock(); call is not null; call = call.Next)
                dropped.Add(call);
            for (var call = _runningHead; call is not null; call = call.NextRunning)
                dropped.Add(call);
        }

        DisposeTimers();
        foreach (var call in dropped)
            call.Abandon(reason);
        Extras.SignalDeactivated();
    }

    private void DisposeTimers()
    {
        if (_extras?.Timers is not { } timers)
            return;
        IDisposable[] all;
        lock (timers)
            all = [.. timers];
        foreach (var timer in all)
            timer.Dispose();
    }
}
