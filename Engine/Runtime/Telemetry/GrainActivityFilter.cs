namespace Nsn.Engine.Runtime.Telemetry;

/// <summary>A span for each call that a grain of this process serves, a child of its caller's.</summary>
internal sealed class GrainActivityFilter : IIncomingGrainCallFilter
{
    public async Task Invoke(IIncomingGrainCallContext context)
    {
        using var activity = CallActivities.StartServer(context);
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
