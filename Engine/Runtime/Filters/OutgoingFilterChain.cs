using Nsn.Engine.Runtime.Silos;

namespace Nsn.Engine.Runtime.Filters;

/// <summary>Runs calls through the filters of their caller's process. The caller awaits the outer call; filters may send inner ones any number of times.</summary>
internal static class OutgoingFilterChain
{
    public static async Task RunAsync(Node node, Call outer, IOutgoingGrainCallFilter[] filters)
    {
        var context = new OutgoingCallContext(outer, filters, call => SendInner(node, call));
        try
        {
            await context.Invoke();
            outer.ResultObject = context.Result!;
        }
        catch (Exception exception)
        {
            outer.Fault = exception;
        }

        outer.Complete();
    }

    private static Task<object?> SendInner(Node node, Call outer)
    {
        var inner = outer.Fork();
        inner.IsFiltered = true;
        inner.Context = RequestContext.CallContextData;
        if ((inner.Options & CallOptions.OneWay) != 0)
        {
            node.SendFiltered(inner);
            return Task.FromResult<object?>(null);
        }

        var completion = new Completion();
        inner.Completion = completion;
        node.SendFiltered(inner);
        return completion.Task;
    }

    private sealed class Completion : TaskCompletionSource<object?>, ICallCompletion
    {
        public void OnCompleted(Call call)
        {
            if (call.Fault is { } fault)
                SetException(fault);
            else
                SetResult(call.ResultObject);
        }
    }
}
