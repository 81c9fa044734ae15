using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Nsn.AppHost.Hosting;
using Nsn.AppHost.Supervision;

namespace Nsn.AppHost.Dashboard;

/// <summary>
/// The page that shows the resources, their state, console and environment, and starts and stops them. It listens on the loopback address only,
/// answers to no other host name (so that a web site cannot reach it by DNS), and takes commands only with a header that other sites cannot send.
/// </summary>
public sealed class DashboardServer : IAsyncDisposable
{
    private const string CommandHeader = "X-AppHost-Command";
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) } };

    private static readonly Dictionary<string, string> Pages = new(StringComparer.Ordinal)
    {
        ["index.html"] = "text/html; charset=utf-8",
        ["dashboard.js"] = "text/javascript; charset=utf-8",
        ["dashboard.css"] = "text/css; charset=utf-8",
        ["icon.svg"] = "image/svg+xml",
    };

    private readonly WebApplication _web;
    private readonly StackApplication _stack;

    private DashboardServer(WebApplication web, StackApplication stack)
    {
        _web = web;
        _stack = stack;
    }

    /// <summary>Where it is.</summary>
    public string Address => _web.Urls.First();

    /// <summary>Starts it; port 0 takes any free one.</summary>
    public static async Task<DashboardServer> StartAsync(StackApplication stack, int port)
    {
        ArgumentNullException.ThrowIfNull(stack);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = [], ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.Sources.Clear();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        // Signals are AppHost's business.
        builder.Services.AddSingleton<Microsoft.Extensions.Hosting.IHostLifetime, NoLifetime>();
        WebApplication web = builder.Build();
        var server = new DashboardServer(web, stack);
        web.Use(GuardAsync);
        web.MapGet("/", context => WritePageAsync(context, "index.html"));
        web.MapGet("/dashboard.js", context => WritePageAsync(context, "dashboard.js"));
        web.MapGet("/dashboard.css", context => WritePageAsync(context, "dashboard.css"));
        web.MapGet("/icon.svg", context => WritePageAsync(context, "icon.svg"));
        web.MapGet("/health", () => Results.Text("ok"));
        web.MapGet("/api/resources", () => Results.Json(stack.Instances.Select(i => i.Snapshot), Json));
        web.MapGet("/api/resources/{name}/environment", server.Environment);
        web.MapGet("/api/resources/{name}/log", server.ReadLog);
        web.MapGet("/api/resources/{name}/log/stream", server.StreamLogAsync);
        web.MapPost("/api/resources/{name}/start", (string name) => server.CommandAsync(name, "start"));
        web.MapPost("/api/resources/{name}/stop", (string name) => server.CommandAsync(name, "stop"));
        web.MapPost("/api/resources/{name}/restart", (string name) => server.CommandAsync(name, "restart"));
        await web.StartAsync().ConfigureAwait(false);
        return server;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _web.StopAsync(limit.Token).ConfigureAwait(false);
        await _web.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task GuardAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Host.Host is not ("127.0.0.1" or "localhost" or "[::1]"))
        {
            context.Response.StatusCode = StatusCodes.Status421MisdirectedRequest;
            return;
        }

        if (!HttpMethods.IsGet(context.Request.Method) && !context.Request.Headers.ContainsKey(CommandHeader))
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            await context.Response.WriteAsync($"Commands need the header {CommandHeader}.").ConfigureAwait(false);
            return;
        }

        context.Response.Headers.ContentSecurityPolicy =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        context.Response.Headers.CacheControl = "no-store";
        await next(context).ConfigureAwait(false);
    }

    private static async Task WritePageAsync(HttpContext context, string name)
    {
        context.Response.ContentType = Pages[name];
        await using Stream page = typeof(DashboardServer).Assembly.GetManifestResourceStream($"pages/{name}")
            ?? throw new InvalidOperationException($"The page {name} is not in the program.");
        await page.CopyToAsync(context.Response.Body).ConfigureAwait(false);
    }

    private IResult Environment(string name)
    {
        if (_stack.Find(name) is not { } instance)
            return Results.NotFound();
        return Results.Json(
            instance.Context.CreateEnvironment()
                .OrderBy(v => v.Key, StringComparer.Ordinal)
                .Select(v => new { Name = v.Key, Value = SecretMask.Apply(v.Key, v.Value) }),
            Json);
    }

    // ?after=SEQUENCE&contains=TEXT
    private IResult ReadLog(string name, long? after, string? contains)
    {
        if (_stack.Find(name) is not { } instance)
            return Results.NotFound();
        IEnumerable<LogLine> lines = instance.Log.ReadAfter(after ?? 0);
        if (!string.IsNullOrEmpty(contains))
            lines = lines.Where(line => line.Text.Contains(contains, StringComparison.OrdinalIgnoreCase));
        return Results.Json(lines, Json);
    }

    // Server-sent events, one per line, resumable by Last-Event-ID. A reader that has seen more than there is knows an AppHost that has ended: it is
    // told to begin anew.
    private async Task StreamLogAsync(HttpContext context, string name, long? after)
    {
        if (_stack.Find(name) is not { } instance)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        context.Response.ContentType = "text/event-stream";
        long last = long.TryParse(context.Request.Headers["Last-Event-ID"], NumberStyles.None, CultureInfo.InvariantCulture, out long seen) ? seen : after ?? 0;
        try
        {
            if (last > instance.Log.LastSequence)
            {
                last = 0;
                await context.Response.WriteAsync("event: reset\nid: 0\ndata: {}\n\n", context.RequestAborted).ConfigureAwait(false);
            }

            while (true)
            {
                foreach (LogLine line in instance.Log.ReadAfter(last))
                {
                    await context.Response.WriteAsync($"id: {line.Sequence}\ndata: {JsonSerializer.Serialize(line, Json)}\n\n", context.RequestAborted).ConfigureAwait(false);
                    last = line.Sequence;
                }

                await context.Response.Body.FlushAsync(context.RequestAborted).ConfigureAwait(false);
                await instance.Log.WaitForMoreAsync(last, context.RequestAborted).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The reader left.
        }
    }

    private async Task<IResult> CommandAsync(string name, string command)
    {
        if (_stack.Find(name) is not { } instance)
            return Results.NotFound();
        switch (command)
        {
            case "start":
                instance.Start();
                break;
            case "stop":
                await instance.StopAsync().ConfigureAwait(false);
                break;
            default:
                await instance.RestartAsync().ConfigureAwait(false);
                break;
        }

        return Results.Json(instance.Snapshot, Json);
    }

    private sealed class NoLifetime : Microsoft.Extensions.Hosting.IHostLifetime
    {
        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
