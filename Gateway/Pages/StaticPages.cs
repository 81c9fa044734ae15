using Microsoft.Extensions.FileProviders;

namespace Nsn.Gateway;

/// <summary>Serves the built pages: hashed assets for ever, the page itself never from a cache.</summary>
internal static partial class StaticPages
{
    public static void UsePages(this WebApplication app, string folder)
    {
        var path = Path.GetFullPath(folder);
        if (!Directory.Exists(path))
        {
            LogNoPages(app.Logger, path);
            return;
        }

        var files = new PhysicalFileProvider(path);
        app.UseDefaultFiles(new DefaultFilesOptions { FileProvider = files });
        app.UseStaticFiles(new StaticFileOptions
        {
            FileProvider = files,
            OnPrepareResponse = response => response.Context.Response.Headers.CacheControl =
                response.Context.Request.Path.StartsWithSegments("/assets") ? "public, max-age=31536000, immutable" : "no-cache",
        });
    }

    [LoggerMessage(1, LogLevel.Warning, "There are no pages in {Path}: run 'npm ci && npm run build' in web/viewer, or set Gateway__Pages")]
    private static partial void LogNoPages(ILogger logger, string path);
}
