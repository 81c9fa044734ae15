using Microsoft.Extensions.Logging;

namespace Nsn.Engine.Runtime.Silos;

/// <summary>What silos and clients report.</summary>
internal static partial class SiloLog
{
    [LoggerMessage(20, LogLevel.Warning, "A frame from {Peer} was refused")]
    public static partial void BadFrame(ILogger logger, SiloAddress peer, Exception exception);

    [LoggerMessage(21, LogLevel.Information, "Silo {Silo} is active")]
    public static partial void Active(ILogger logger, SiloAddress silo);

    [LoggerMessage(22, LogLevel.Information, "Silo {Silo} has stopped")]
    public static partial void Stopped(ILogger logger, SiloAddress silo);

    [LoggerMessage(23, LogLevel.Error, "Silo {Silo} fences itself: {Reason}")]
    public static partial void Fenced(ILogger logger, SiloAddress silo, string reason);

    [LoggerMessage(24, LogLevel.Warning, "Silo {Silo} could not renew its lease")]
    public static partial void RenewFailed(ILogger logger, SiloAddress silo, Exception exception);

    [LoggerMessage(25, LogLevel.Information, "Membership is now version {Version}: {Members}")]
    public static partial void MembershipChanged(ILogger logger, long version, string members);

    [LoggerMessage(26, LogLevel.Warning, "Routing {Call} failed")]
    public static partial void RouteFailed(ILogger logger, string call, Exception exception);

    [LoggerMessage(27, LogLevel.Information, "{Count} idle activations are collected")]
    public static partial void Collected(ILogger logger, int count);

    [LoggerMessage(28, LogLevel.Warning, "The directory could not be told where the client {Client} is")]
    public static partial void ClientNotWritten(ILogger logger, SiloAddress client, Exception exception);

    [LoggerMessage(29, LogLevel.Warning, "{Source} gives no figures: this silo's placement figures lack them until it does")]
    public static partial void FiguresFailed(ILogger logger, string source, Exception exception);

    [LoggerMessage(30, LogLevel.Warning, "Silo {Silo} could not tell the cluster that it leaves: it will be declared dead instead")]
    public static partial void LeaveFailed(ILogger logger, SiloAddress silo, Exception exception);
}
