namespace Nsn.Gateway;

/// <summary>Headers that keep pages from running anything that is not ours.</summary>
internal static class SecurityHeaders
{
    /// <summary>Adds them to every answer.</summary>
    public static void UseSecurityHeaders(this IApplicationBuilder app, GatewaySettings settings)
    {
        // blob: is for MediaSource, connect-src 'self' covers HTTP and WebSocket of this host; WebRTC is not governed by it.
        var policy =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; media-src 'self' blob:; "
            + $"connect-src {string.Join(' ', settings.Witnesses.Prepend("'self'"))}; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        app.Use((context, next) =>
        {
            // Last of all: what handles a failure takes away the headers that were there.
            context.Response.OnStarting(() => Add(context.Response, policy));
            return next(context);
        });
    }

    private static Task Add(HttpResponse response, string policy)
    {
        var headers = response.Headers;
        headers.ContentSecurityPolicy = policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        // Recordings may be shown by pages everywhere, as whatever the interface says may be read (CrossOrigin).
        headers["Cross-Origin-Resource-Policy"] = response.HttpContext.Request.Path.StartsWithSegments("/api") ? "cross-origin" : "same-origin";
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()";
        return Task.CompletedTask;
    }
}
