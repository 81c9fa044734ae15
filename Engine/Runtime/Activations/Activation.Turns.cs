using Microsoft.Extensions.Logging;
using Nsn.Engine.Runtime.Filters;

namespace Nsn.Engine.Runtime.Activations;

/// <content>The queue of calls, and the turns.</content>
internal sealed partial class Activation
{
    /// <summary>Work done in one go before others get the thread.</summary>
    private const int TurnsPerSchedule = 16;

    private Call? _queueHead;
    private Call? _queueTail;
    private Call? _runningHead;
    private Call? _current;
    private bool _endedAtOnce;
    private Call? _completedHead;
    private Call? _completedTail;
    private WorkItem? _workHead;
    private WorkItem? _workTail;
    private int _queued;
    private int _running;
    private bool _scheduled;
    private bool _frozen;
    private bool _dropped;

    /// <summary>The call on whose behalf code of this grain runs, as far as that can be told.</summary>
    public Call? CurrentCall => _current ?? (_running == 1 ? _runningHead : null);

    public bool IsIdle => _queued == 0 && _running == 0 && !_scheduled;
    public int Load => _queued + _running;

    public override void Post(SendOrPostCallback d, object? state) => Enqueue(new WorkItem(d, state));
    public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException("Blocking on a grain's turn is not supported.");
    public void QueueAction(Action action) => Post(static state => ((Action)state!)(), action);
    public void QueueTask(Task task) => Post(static state => ((Task)state!).RunSynchronously(TaskScheduler.Default), task);
    public void QueueWorkItem(IThreadPoolWorkItem workItem) => Post(static state => ((IThreadPoolWorkItem)state!).Execute(), workItem);

    /// <summary>Takes a call in; false when this activation ends and the call must find another.</summary>
    public bool Enqueue(Call call)
    {
        if (Class.MayInterleave is not null && GrainInstance is not null && !TrySetInterleaves(call))
            return true;
        bool schedule;
        lock (this)
        {
            if (_state == ActivationState.Dead)
                return false;
            if (_queued >= _node.QueueLimit)
            {
                schedule = false;
            }
            else
            {
                call.Next = null;
                if (_queueTail is null)
                    _queueHead = call;
                else
                    _queueTail.Next = call;
                _queueTail = call;
                _queued++;
                if (call.KeepsAlive)
                    LastUsed = _node.Now;
                schedule = !_scheduled;
                _scheduled = true;
                goto Accepted;
            }
        }

        call.Abandon(new LimitExceededException("MaxEnqueuedRequestsHardLimit", _queued, _node.QueueLimit, GrainId));
        return true;

    Accepted:
        if (schedule)
            _node.Scheduler.Schedule(this);
        return true;
    }

    /// <summary>Asks the grain's predicate whether the call may interleave; false when that throws: the call has failed then, and concerns nobody else.</summary>
    private bool TrySetInterleaves(Call call)
    {
        if (call.IsOfRuntime)
            return true; // its arguments are not those of a method of the grain
        try
        {
            call.Interleaves = Class.MayInterleave!(GrainInstance!, call);
            return true;
        }
        catch (Exception exception)
        {
            call.Abandon(new OrleansException($"The [MayInterleave] predicate of {Class.Type} threw for {call}: {exception.Message}", exception));
            return false;
        }
    }

    private void Enqueue(WorkItem item)
    {
        bool schedule;
        lock (this)
        {
            if (_workTail is null)
                _workHead = item;
            else
                _workTail.Next = item;
            _workTail = item;
            schedule = !_scheduled;
            _scheduled = true;
        }

        if (schedule)
            _node.Scheduler.Schedule(this);
    }

    void IThreadPoolWorkItem.Execute()
    {
        var outer = Current;
        SetSynchronizationContext(this);
        var started = _node.Now;
        var turns = 0;
        var more = true;
        var freeze = false;
        Call? completed = null;
        while (turns++ < TurnsPerSchedule)
        {
            WorkItem? item;
            Call? call = null;
            var deactivate = false;
            var wait = _node.MustWait;
            lock (this)
            {
                if (_dropped || wait)
                {
                    freeze = !_dropped && !_frozen;
                    _frozen |= freeze;
                    completed = TakeCompleted();
                    _scheduled = false;
                    more = false;
                    break;
                }

                item = _workHead;
                if (item is not null)
                {
                    _workHead = item.Next;
                    if (_workHead is null)
                        _workTail = null;
                }
                else
                {
                    call = _state == ActivationState.Valid ? TakeRunnable_NeedsLock() : null;
                    deactivate = call is null && _state == ActivationState.Deactivating && _running == 0 && !_ending;
                    _ending |= deactivate;
                    if (call is null && !deactivate)
                    {
                        completed = TakeCompleted();
                        _scheduled = false;
                        more = false;
                        break;
                    }
                }
            }

            if (item is not null)
                RunWorkItem(item);
            else if (call is not null)
                RunCall(call);
            else
                _ = EndAsync();
        }

        SetSynchronizationContext(outer);
        var elapsed = _node.Now - started;
        if (elapsed > _node.TurnWarningMilliseconds)
            Log.LongTurn(_node.Logger, GrainId, _current?.GetMethodName() ?? CurrentCall?.GetMethodName() ?? "a continuation", elapsed);
        if (more)
        {
            completed = TakeCompleted();
            _node.Scheduler.Schedule(this);
        }

        if (freeze)
            _node.Freeze(this);
        Publish(completed);
    }

    /// <summary>The node may act again: what waited goes on.</summary>
    public void Thaw()
    {
        lock (this)
        {
            _frozen = false;
            if (_scheduled)
                return;
            _scheduled = true;
        }

        _node.Scheduler.Schedule(this);
    }

    /// <summary>The first call in the queue that may run now; calls behind one that must wait may overtake it.</summary>
    private Call? TakeRunnable_NeedsLock()
    {
        Call? previous = null;
        for (var call = _queueHead; call is not null; previous = call, call = call.Next)
        {
            if (_running > 0 && !call.IsCompleted && !MayRun_NeedsLock(call))
                continue;
            if (previous is null)
                _queueHead = call.Next;
            else
                previous.Next = call.Next;
            if (_queueTail == call)
                _queueTail = previous;
            call.Next = null;
            _queued--;
            return call;
        }

        return null;
    }

    private bool MayRun_NeedsLock(Call call)
    {
        if (Class.IsReentrant || call.Interleaves || (call.Options & CallOptions.AlwaysInterleave) != 0)
            return true;
        if ((call.Options & CallOptions.ReadOnly) != 0 && AllRunningAreReadOnly_NeedsLock())
            return true;
        if (call.Context is not { } context || !context.TryGetValue(RequestContext.ReentrancyKey, out var value) || value is not Guid chain)
            return false;
        return _extras?.ReentrantSections?.Contains(chain) == true;
    }

    private bool AllRunningAreReadOnly_NeedsLock()
    {
        for (var call = _runningHead; call is not null; call = call.NextRunning)
        {
            if ((call.Options & CallOptions.ReadOnly) == 0)
                return false;
        }

        return true;
    }

    private void RunWorkItem(WorkItem item)
    {
        try
        {
            item.Run();
        }
        catch (Exception exception)
        {
            Log.WorkItemFailed(_node.Logger, GrainId, exception);
        }
    }

    private void RunCall(Call call)
    {
        if (call.IsCompleted)
            return; // timed out or cancelled while it waited
        if (!_node.MayAct)
        {
            call.Fault = new SiloUnavailableException($"Silo {_node.Address} lost its lease and no longer serves {GrainId}.");
            Completed(call);
            return;
        }

        if (call.ReplyTo is not null && call.Deadline < _node.Now && _node.DropsExpired)
        {
            call.Fault = new TimeoutException($"{call} waited longer than its caller did and was not run.");
            Completed(call);
            return;
        }

        _current = call;
        var context = call.Context;
        if (context is not null)
            RequestContext.CallContextData = context;
        bool done;
        try
        {
            var target = TargetOf(call);
            call.Target = target;
            done = _node.HasIncomingFilters || target is IIncomingGrainCallFilter
                ? IncomingFilterChain.Run(_node, this, call, target)
                : call.Run(target, this);
        }
        catch (Exception exception)
        {
            call.Fault = exception;
            done = true;
        }

        if (RequestContext.CallContextData is not null)
            RequestContext.CallContextData = null!;
        _current = null;
        done |= _endedAtOnce;
        _endedAtOnce = false;
        if (done)
        {
            Completed(call);
            return;
        }

        lock (this)
        {
            _running++;
            call.NextRunning = _runningHead;
            if (_runningHead is not null)
                _runningHead.PreviousRunning = call;
            _runningHead = call;
        }
    }

    /// <summary>A call that had to wait has its outcome; always within a turn of this activation.</summary>
    public void OnCallFinished(Call call)
    {
        if (_current == call)
        {
            // It threw at once, or what it waits for ended on another thread just now: it never was among those that run.
            _endedAtOnce = true;
            return;
        }

        lock (this)
        {
            if (call.PreviousRunning is not null)
                call.PreviousRunning.NextRunning = call.NextRunning;
            else if (_runningHead == call)
                _runningHead = call.NextRunning;
            if (call.NextRunning is not null)
                call.NextRunning.PreviousRunning = call.PreviousRunning;
            call.NextRunning = call.PreviousRunning = null!;
            _running--;
        }

        Completed(call);
    }

    private void Completed(Call call)
    {
        call.Next = null!;
        if (_completedTail is null)
            _completedHead = call;
        else
            _completedTail.Next = call;
        _completedTail = call;
    }

    /// <summary>The calls that have ended, taken while this thread still has the activation: as soon as it is released, another one may add to the list.</summary>
    private Call? TakeCompleted()
    {
        var head = _completedHead;
        _completedHead = _completedTail = null;
        return head;
    }

    /// <summary>Tells callers, after the turn: what they do next on this thread is not part of it.</summary>
    private void Publish(Call? call)
    {
        while (call is not null)
        {
            var next = call.Next;
            call.Next = null!;
            if (next is not null && call.Source is null && call.Completion is null)
                _node.Scheduler.Schedule(call);
            else
                call.Complete();
            call = next;
        }
    }

    /// <summary>Gives all calls whose time is up, in the queue or running.</summary>
    public void CollectExpired(long now, ref List<Call>? expired)
    {
        if (_queueHead is null && _runningHead is null)
            return;
        lock (this)
        {
            for (var call = _queueHead; call is not null; call = call.Next)
                Collect(call, ref expired);
            for (var call = _runningHead; call is not null; call = call.NextRunning)
                Collect(call, ref expired);
        }

        void Collect(Call call, ref List<Call>? expired)
        {
            if (call.Deadline < now && call.ReplyTo is null && (call.Options & CallOptions.OneWay) == 0 && call.TryClaim())
                (expired ??= []).Add(call);
        }
    }

    /// <summary>What the activation is doing, for people.</summary>
    public string Describe()
    {
        lock (this)
        {
            var running = new List<string>();
            for (var call = _runningHead; call is not null; call = call.NextRunning)
                running.Add(call.GetMethodName());
            return $"{GrainId} is {_state}, runs [{string.Join(", ", running)}] and has {_queued} calls waiting";
        }
    }

    void RequestContext.ICallChainReentrant.OpenSection(Guid id)
    {
        lock (this)
            (Extras.ReentrantSections ??= []).Add(id);
    }

    void RequestContext.ICallChainReentrant.CloseSection(Guid id)
    {
        lock (this)
            Extras.ReentrantSections?.Remove(id);
    }
}
