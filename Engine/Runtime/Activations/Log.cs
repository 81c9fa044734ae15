using Microsoft.Extensions.Logging;

namespace Nsn.Engine.Runtime.Activations;

/// <summary>What activations report.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "A turn of {Grain} in {Method} took {Milliseconds} ms; long work belongs on another thread")]
    public static partial void LongTurn(ILogger logger, GrainId grain, string method, long milliseconds);

    [LoggerMessage(2, LogLevel.Error, "A work item of {Grain} threw")]
    public static partial void WorkItemFailed(ILogger logger, GrainId grain, Exception exception);

    [LoggerMessage(3, LogLevel.Error, "The activation of {Grain} failed")]
    public static partial void ActivationFailed(ILogger logger, GrainId grain, Exception exception);

    [LoggerMessage(4, LogLevel.Error, "The deactivation of {Grain} failed")]
    public static partial void DeactivationFailed(ILogger logger, GrainId grain, Exception exception);

    [LoggerMessage(5, LogLevel.Error, "A timer of {Grain} threw")]
    public static partial void TimerFailed(ILogger logger, GrainId grain, Exception exception);
}
