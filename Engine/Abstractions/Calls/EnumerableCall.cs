namespace Nsn.Engine.Calls;

/// <summary>A call of a method that returns a sequence. It never travels alone: the enumeration extension of the grain runs it.</summary>
/// <typeparam name="T">The items.</typeparam>
public abstract class EnumerableCall<T> : Call
{
    /// <summary>Calls the method on the grain.</summary>
    protected abstract IAsyncEnumerable<T> InvokeInner(object target);

    internal IAsyncEnumerable<T> Enumerate(object target) => InvokeInner(target);
    internal override bool Run(object target, ICallOwner owner) => throw Misuse();
    internal override ValueTask<object> InvokeUntyped(object target) => throw Misuse();
    internal override object ResultObject { get => null; set => _ = value; }
    internal override void WriteResult(Writer writer) => throw Misuse();
    internal override void ReadResult(Reader reader) => throw Misuse();
    internal override void PublishToAwaiter() => throw Misuse();

    internal override void ResetPromise()
    {
    }

    private static InvalidOperationException Misuse() => new("A sequence is enumerated, not awaited.");
}
