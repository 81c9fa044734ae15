using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;

namespace Nsn.Engine.Calls;

/// <summary>A call that answers with a value.</summary>
/// <typeparam name="T">The result.</typeparam>
public abstract class Call<T> : Call, IValueTaskSource<T>
{
    private ManualResetValueTaskSourceCore<T> _promise;
    private T _result;

    /// <summary>Calls the method on the grain.</summary>
    protected abstract ValueTask<T> InvokeInner(object target);

    /// <summary>The result as the caller may have it: a copy when it is mutable.</summary>
    protected virtual T CopyResult(T result) => CodecOf<T>.Instance.Copy(result);

    internal ValueTask<T> AsValueTask() => new(this, _promise.Version);

    internal override bool Run(object target, ICallOwner owner)
    {
        ValueTask<T> pending;
        try
        {
            pending = InvokeInner(target);
            if (pending.IsCompletedSuccessfully)
            {
                _result = Completion is null ? CopyResult(pending.Result) : pending.Result;
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
    private async ValueTask AwaitOutcome(ValueTask<T> pending, ICallOwner owner)
    {
        try
        {
            var result = await pending;
            _result = Completion is null ? CopyResult(result) : result;
        }
        catch (Exception exception)
        {
            Fault = exception;
        }

        owner.OnCallFinished(this);
    }

    internal override async ValueTask<object> InvokeUntyped(object target) => await InvokeInner(target);

    internal override object ResultObject
    {
        get => _result;
        set => _result = value is null ? default : (T)value;
    }

    internal override void WriteResult(Writer writer) => CodecOf<T>.Instance.WriteItem(writer, _result);
    internal override void ReadResult(Reader reader) => _result = CodecOf<T>.Instance.ReadItem(reader);

    internal override void DetachResult()
    {
        if (Completion is null)
            _result = CopyResult(_result);
    }

    internal override void PublishToAwaiter()
    {
        if (Fault is { } fault)
            _promise.SetException(fault);
        else
            _promise.SetResult(_result);
    }

    internal override void ResetPromise()
    {
        _promise.Reset();
        _result = default;
    }

    T IValueTaskSource<T>.GetResult(short token)
    {
        try
        {
            return _promise.GetResult(token);
        }
        finally
        {
            Recycle();
        }
    }

    ValueTaskSourceStatus IValueTaskSource<T>.GetStatus(short token) => _promise.GetStatus(token);

    void IValueTaskSource<T>.OnCompleted(Action<object> continuation, object state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _promise.OnCompleted(continuation, state, token, flags);
}
