using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;

namespace Nsn.Engine.Calls;

/// <summary>A call that answers with nothing but its end.</summary>
public abstract class VoidCall : Call, IValueTaskSource
{
    private ManualResetValueTaskSourceCore<bool> _promise;

    /// <summary>Calls the method on the grain.</summary>
    protected abstract ValueTask InvokeInner(object target);

    internal ValueTask AsValueTask() => new(this, _promise.Version);

    internal override bool Run(object target, ICallOwner owner)
    {
        ValueTask pending;
        try
        {
            pending = InvokeInner(target);
            if (pending.IsCompletedSuccessfully)
            {
                pending.GetAwaiter().GetResult();
                return true;
            }
        }
        catch (Exception exception)
        {
            Fault = exception;
            return true;
        }

        _ = AwaitOutcome(pending, owner);
        return false;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask AwaitOutcome(ValueTask pending, ICallOwner owner)
    {
        try
        {
            await pending;
        }
        catch (Exception exception)
        {
            Fault = exception;
        }

        owner.OnCallFinished(this);
    }

    internal override async ValueTask<object> InvokeUntyped(object target)
    {
        await InvokeInner(target);
        return null;
    }

    internal override object ResultObject
    {
        get => null;
        set => _ = value;
    }

    internal override void WriteResult(Writer writer)
    {
    }

    internal override void ReadResult(Reader reader)
    {
    }

    internal override void PublishToAwaiter()
    {
        if (Fault is { } fault)
            _promise.SetException(fault);
        else
            _promise.SetResult(true);
    }

    internal override void ResetPromise() => _promise.Reset();

    void IValueTaskSource.GetResult(short token)
    {
        try
        {
            _promise.GetResult(token);
        }
        finally
        {
            Recycle();
        }
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _promise.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object> continuation, object state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _promise.OnCompleted(continuation, state, token, flags);
}
