using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Nsn.AppHost.Hosting;
using Nsn.AppHost.Model;
using Nsn.AppHost.Resources;

namespace Nsn.AppHost.Tests;

/// <summary>A real silo and a real gateway send what they measure to a collector that speaks OTLP over HTTP.</summary>
public sealed class TelemetryTests : IAsyncLifetime
{
    private readonly DataFolder _data = new();
    private readonly ConcurrentQueue<(string Path, string? Type, string Body)> _posts = [];
    private WebApplication _collector = null!;

    public async ValueTask InitializeAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _collector = builder.Build();
        _collector.MapPost("/v1/{signal}", async (HttpContext context) =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            _posts.Enqueue((context.Request.Path, context.Request.ContentType, Encoding.Latin1.GetString(body.ToArray())));
        });
        await _collector.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _collector.DisposeAsync();
        _data.Dispose();
    }

    [Fact]
    public async Task Traces_metrics_and_logs_of_silo_and_gateway_go_to_the_collector_that_is_named()
    {
        StackBuilder builder = StackBuilder.Create($"--Data={_data.Path}");
        var database = builder.AddPostgres("postgres", port: 0).AddDatabase("nsn");
        var blobs = builder.AddAzurite("blobs", port: 0);
        var core = builder.AddSilo("core", siloPort: 0, gatewayPort: 0, healthPort: 0).WithRole("core")
            .WithReference(database).WithReference(blobs).WithEnvironment(NameTheCollector);
        builder.AddGateway("entrance", httpPort: 0, udpPort: 0)
            .WithReference(database).WithReference(blobs).WithEnvironment(NameTheCollector).WaitFor(core);
        await using StackApplication application = builder.Build();
        application.Start();

        // What AppHost asks them about their health is traced, too. Instances are told apart by the name that AppHost gives them.
        foreach ((string service, string instance) in new[] { ("nsn-silo", "core"), ("nsn-gateway", "entrance") })
        {
            await ArrivesAsync("traces", service, instance, "/health");
            await ArrivesAsync("metrics", service, instance, "http.server.request.duration");
            await ArrivesAsync("logs", service, instance, "Microsoft.Hosting.Lifetime");
        }

        Assert.All(_posts, post => Assert.Equal("application/x-protobuf", post.Type));

        Task ArrivesAsync(string signal, params string[] parts) => Eventually.HoldsAsync(
            () => _posts.Any(post => post.Path == $"/v1/{signal}" && Array.TrueForAll(parts, part => post.Body.Contains(part, StringComparison.Ordinal))),
            $"{signal} with {string.Join(", ", parts)} at the collector",
            TimeSpan.FromMinutes(2));
    }

    private void NameTheCollector(ResourceContext context, IDictionary<string, string> environment)
    {
        environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = _collector.Urls.First();
        environment["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf";
        environment["OTEL_METRIC_EXPORT_INTERVAL"] = "500";
        environment["OTEL_BSP_SCHEDULE_DELAY"] = "500";
    }
}
