using Nsn.Gateway.Endpoints;

namespace Nsn.Gateway;

/// <summary>
/// HEAD is answered as GET is, without the body (RFC 9110 section 9.3.2): for caches, for download managers, and for whoever looks whether a recording is there.
/// Routes name GET alone, so a HEAD is looked up as one. An answer without end has none: its GET would have to run for it.
/// </summary>
internal static class HeadRequests
{
    private static readonly object s_isHead = new();

    private static readonly Endpoint s_getOnly = new(
        context =>
        {
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            context.Response.Headers.Allow = HttpMethods.Get;
            return Task.CompletedTask;
        },
        EndpointMetadataCollection.Empty,
        "405 GET only");

    /// <summary>Looks up the endpoint of each request.</summary>
    public static void UseRoutingOfHeads(this WebApplication app)
    {
        app.Use((context, next) =>
        {
            if (HttpMethods.IsHead(context.Request.Method))
            {
                context.Items[s_isHead] = true;
                context.Request.Method = HttpMethods.Get;
            }

            return next(context);
        });
        app.UseRouting();
        app.Use((context, next) =>
        {
            if (!context.Items.Remove(s_isHead))
                return next(context);
            context.Request.Method = HttpMethods.Head;
            if (context.GetEndpoint()?.Metadata.GetMetadata<EndlessAttribute>() is not null)
                context.SetEndpoint(s_getOnly);
            return next(context);
        });
    }
}
