using System.Reflection;
using Orleans.Serialization.Invocation;

namespace Nsn.Engine.Calls;

/// <summary>
/// One grain call: the arguments, the message that travels, and the promise that the caller awaits, in one pooled object.
/// </summary>
/// <remarks>
/// Ownership moves: the caller fills it and hands it to the runtime; the callee stores the outcome and, as its last act, completes
/// it; the awaiting caller takes the result and returns it to the pool. Whoever wins <see cref="TryClaim"/> completes it; a call that
/// was completed by a time-out or a cancellation is never pooled, because the callee may still hold it.
/// </remarks>
public abstract class Call : IRequest, IThreadPoolWorkItem
{
    private int _claimed;

    internal Call Next { get; set; }
    internal Call NextRunning { get; set; }
    internal Call PreviousRunning { get; set; }
    internal GrainReference Reference { get; set; }
    internal GrainId TargetId { get; set; }
    internal IGrainContext Source { get; set; }
    internal GrainId SourceId { get; set; }
    internal Call Parent { get; set; }
    internal Dictionary<string, object> Context { get; set; }
    internal long Deadline { get; set; }
    internal long CorrelationId { get; set; }
    internal int ForwardCount { get; set; }
    internal ICallCompletion Completion { get; set; }
    internal Exception Fault { get; set; }
    internal bool Abandoned { get; private set; }
    internal bool Interleaves { get; set; }
    internal bool PlaceHere { get; set; }
    internal bool OwnsArguments { get; set; }

    /// <summary>Whether its grain could not be activated where the call came to.</summary>
    internal bool FoundNoGrain { get; set; }
    internal bool IsFiltered { get; set; }
    internal SiloAddress ReplyTo { get; set; }
    internal long ReplyCorrelation { get; set; }

    /// <summary>Whether the call counts as use of the grain.</summary>
    internal virtual bool KeepsAlive => true;

    /// <summary>Whether the runtime makes the call by itself, or an extension of the runtime answers it: code of the grain does not know what it carries.</summary>
    internal virtual bool IsOfRuntime => typeof(IGrainExtension).IsAssignableFrom(GetInterfaceType());
    internal CancellationTokenSource Cancellation { get; set; }
    internal CancellationTokenRegistration CancellationRegistration { get; set; }
    internal object Target { get; set; }

    /// <summary>How the call may be scheduled; fixed for a method.</summary>
    public virtual CallOptions Options => CallOptions.None;

    /// <summary>The identity of the method on the wire.</summary>
    public abstract uint MethodId { get; }

    /// <summary>The type arguments of a generic interface and method, for the wire.</summary>
    public virtual Type[] TypeArguments => Type.EmptyTypes;

    public virtual int GetArgumentCount() => 0;
    public virtual object GetArgument(int index) => throw new ArgumentOutOfRangeException(nameof(index));
    public virtual void SetArgument(int index, object value) => throw new ArgumentOutOfRangeException(nameof(index));
    public abstract string GetMethodName();
    public abstract Type GetInterfaceType();
    public virtual string GetInterfaceName() => CallMetadata.NameOf(GetInterfaceType());
    public string GetActivityName() => $"{GetInterfaceName()}/{GetMethodName()}";
    public abstract MethodInfo GetMethod();
    public virtual TimeSpan? GetDefaultResponseTimeout() => null;
    public virtual bool IsCancellable => false;
    public virtual CancellationToken GetCancellationToken() => CancellationToken.None;

    /// <summary>Whether cancellation only tells the callee, and the caller goes on waiting for its answer.</summary>
    public virtual bool CancellationOnlyTells => false;

    public virtual void SetCancellationToken(CancellationToken token)
    {
    }

    public object GetTarget() => Target;
    public void SetTarget(ITargetHolder holder) => Target = holder.GetTarget();

    public bool TryCancel()
    {
        var source = Cancellation;
        source?.Cancel();
        return source is not null;
    }

    /// <summary>Replaces every mutable argument by a copy, so that caller and callee share nothing.</summary>
    public virtual void CopyArguments()
    {
    }

    public virtual void WriteArguments(Writer writer)
    {
    }

    public virtual void ReadArguments(Reader reader)
    {
    }

    /// <summary>Forgets arguments before the call goes back to its pool.</summary>
    protected virtual void ClearArguments()
    {
    }

    protected virtual void ReturnToPool()
    {
    }

    public async ValueTask<Response> Invoke()
    {
        try
        {
            return Response.FromResult(await InvokeUntyped(Target));
        }
        catch (Exception exception)
        {
            return Response.FromException(exception);
        }
    }

    /// <summary>Runs the method; true when it ended at once. The outcome is stored, not published.</summary>
    internal abstract bool Run(object target, ICallOwner owner);

    internal abstract ValueTask<object> InvokeUntyped(object target);
    internal abstract object ResultObject { get; set; }
    internal abstract void WriteResult(Writer writer);
    internal abstract void ReadResult(Reader reader);
    internal abstract void PublishToAwaiter();
    internal abstract void ResetPromise();

    /// <summary>Replaces a stored result by the copy that the caller may have.</summary>
    internal virtual void DetachResult()
    {
    }

    /// <summary>A copy with the same arguments and a promise of its own.</summary>
    internal Call Fork()
    {
        var fork = (Call)MemberwiseClone();
        fork.Next = fork.NextRunning = fork.PreviousRunning = null;
        fork._claimed = 0;
        fork.Completion = null;
        fork.Fault = null;
        fork.Cancellation = null;
        fork.CancellationRegistration = default;
        fork.Abandoned = true; // not from the pool: never into it
        fork.ResetPromise();
        return fork;
    }

    internal bool IsCompleted => Volatile.Read(ref _claimed) != 0;
    internal bool TryClaim() => Interlocked.CompareExchange(ref _claimed, 1, 0) == 0;

    /// <summary>Completes the call with its stored outcome, unless it has been completed already.</summary>
    internal void Complete()
    {
        if (TryClaim())
            Publish();
    }

    /// <summary>Ends the call without the callee: a time-out, a cancellation, a lost connection.</summary>
    internal void Abandon(Exception reason)
    {
        if (!TryClaim())
            return;
        PublishAbandoned(reason);
    }

    internal void PublishAbandoned(Exception reason)
    {
        Abandoned = true;
        Fault = reason;
        Publish();
    }

    private void Publish()
    {
        CancellationRegistration.Dispose(); // waits for a callback under way: the call may be another one soon
        if (Completion is { } completion)
            completion.OnCompleted(this);
        else if ((Options & CallOptions.OneWay) != 0)
            Recycle();
        else
            PublishToAwaiter();
    }

    void IThreadPoolWorkItem.Execute() => Complete();

    internal void Recycle()
    {
        if (Abandoned)
            return;
        ClearArguments();
        Next = null;
        Reference = null;
        Source = null;
        SourceId = default;
        TargetId = default;
        Parent = null;
        Context = null;
        Completion = null;
        Fault = null;
        Target = null;
        CorrelationId = 0;
        ForwardCount = 0;
        Interleaves = false;
        PlaceHere = false;
        OwnsArguments = false;
        FoundNoGrain = false;
        IsFiltered = false;
        ReplyTo = null;
        if (Cancellation is not null)
        {
            Cancellation.Dispose();
            Cancellation = null;
        }

        CancellationRegistration = default;
        ResetPromise();
        _claimed = 0;
        ReturnToPool();
    }

    public void Dispose()
    {
    }

    public override string ToString() => $"{TargetId}.{GetMethodName()}";
}
