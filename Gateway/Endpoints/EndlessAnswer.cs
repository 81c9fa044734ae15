namespace Nsn.Gateway.Endpoints;

/// <summary>Answers without an end of their own: streams of frames and of events, signalling sockets.</summary>
internal static class EndlessAnswer
{
    /// <summary>Cancelled when who asked is gone, and when the gateway stops: it would wait for these until it is killed.</summary>
    public static CancellationTokenSource EndOf(HttpContext context, IHostApplicationLifetime lifetime) =>
        CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
}
