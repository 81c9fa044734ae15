using System.Diagnostics;

namespace Nsn.Engine.Runtime.Telemetry;

/// <summary>Spans of calls, and how their context travels: as W3C <c>traceparent</c> and <c>tracestate</c> among the values of <see cref="RequestContext"/>.</summary>
internal static class CallActivities
{
    private static readonly ActivitySource s_source = new(EngineTelemetry.ActivitySourceName);

    /// <summary>The span of a call at its caller; null when nobody listens.</summary>
    public static Activity? StartClient(IGrainCallContext call) => Describe(s_source.StartActivity(NameOf(call), ActivityKind.Client), call);

    /// <summary>The span of a call at its grain, a child of the caller's span wherever that is; null when nobody listens.</summary>
    public static Activity? StartServer(IGrainCallContext call)
    {
        DistributedContextPropagator.Current.ExtractTraceIdAndState(null, Read, out var parentId, out var state);
        return ActivityContext.TryParse(parentId, state, isRemote: true, out var parent)
            ? Describe(s_source.StartActivity(NameOf(call), ActivityKind.Server, parent), call)
            : Describe(s_source.StartActivity(NameOf(call), ActivityKind.Server), call);

        static void Read(object? carrier, string name, out string? value, out IEnumerable<string>? values) =>
            (value, values) = (RequestContext.Get(name) as string, null);
    }

    /// <summary>Lets what is called from here on know the span that it belongs to.</summary>
    public static void Inject(Activity activity) =>
        DistributedContextPropagator.Current.Inject(activity, null, static (_, name, value) => RequestContext.Set(name, value));

    /// <summary>Notes on the span how the call failed.</summary>
    public static void Fail(Activity? activity, Exception exception)
    {
        if (activity is null)
            return;
        activity.SetStatus(ActivityStatusCode.Error, exception.Message);
        activity.AddException(exception);
    }

    private static string NameOf(IGrainCallContext call) => $"{call.InterfaceName}/{call.MethodName}";

    private static Activity? Describe(Activity? activity, IGrainCallContext call)
    {
        if (activity is not { IsAllDataRequested: true })
            return activity;
        activity.SetTag("rpc.system", "orleans");
        activity.SetTag("rpc.service", call.InterfaceName);
        activity.SetTag("rpc.method", call.MethodName);
        activity.SetTag("rpc.orleans.target_id", call.TargetId.ToString());
        if (call.SourceId is { } source)
            activity.SetTag("rpc.orleans.source_id", source.ToString());
        return activity;
    }
}
