using Nsn.Engine.Runtime.Activations;
using Nsn.Engine.Runtime.Silos;

namespace Nsn.Engine.Runtime.Filters;

/// <summary>Runs calls through the filters of a silo and of the grain itself.</summary>
internal static class IncomingFilterChain
{
    /// <summary>True when the call ended at once.</summary>
    public static bool Run(Node node, Activation activation, Call call, object target)
    {
        if (call.MethodId == 0 || target is IGrainExtension || typeof(IGrainExtension).IsAssignableFrom(call.GetInterfaceType()))
            return call.Run(target, activation); // timers and extensions are the runtime's own business
        var task = RunAsync(new IncomingCallContext(activation, call, target, node.IncomingFilters), call);
        if (task.IsCompleted)
            return true;
        _ = FinishAsync(task, activation, call);
        return false;
    }

    private static async Task RunAsync(IncomingCallContext context, Call call)
    {
        try
        {
            await context.Invoke();
            call.ResultObject = context.Result!;
            call.DetachResult();
        }
        catch (Exception exception)
        {
            call.Fault = exception;
        }
    }

    private static async Task FinishAsync(Task task, Activation activation, Call call)
    {
        await task;
        activation.OnCallFinished(call);
    }
}
