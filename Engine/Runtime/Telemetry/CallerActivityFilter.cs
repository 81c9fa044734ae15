using System.Diagnostics;

namespace Nsn.Engine.Runtime.Telemetry;

/// <summary>A span for each call that this process makes; where nobody listens to ours, the span that is there travels on.</summary>
internal sealed class CallerActivityFilter : IOutgoingGrainCallFilter
{
    public async Task Invoke(IOutgoingGrainCallContext context)
    {
        using var activity = CallActivities.StartClient(context);
        if ((activity ?? Activity.Current) is { } current)
            CallActivities.Inject(current);
        try
        {
            await context.Invoke();
        }
        catch (Exception exception)
        {
            CallActivities.Fail(activity, exception);
            throw;
        }
    }
}
