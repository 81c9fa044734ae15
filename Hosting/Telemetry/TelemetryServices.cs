using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Nsn.Hosting.Telemetry;

/// <summary>
/// Metrics, traces and logs of a process. Metrics are always served at <c>/metrics</c>; everything also goes to
/// <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> when that is set.
/// </summary>
public static class TelemetryServices
{
    private static readonly string[] s_meters =
        ["Nsn.*", "Microsoft.Orleans", "Npgsql", "System.Runtime", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel"];

    /// <summary>Adds telemetry under a service name.</summary>
    public static void AddTelemetry(this IHostApplicationBuilder builder, string serviceName, string instance)
    {
        var export = !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT"));
        builder.Logging.AddSimpleConsole(options =>
        {
            options.SingleLine = true;
            options.TimestampFormat = "HH:mm:ss.fff ";
            options.UseUtcTimestamp = true;
        });
        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(serviceName, serviceInstanceId: instance))
            .WithMetrics(metrics =>
            {
                metrics.AddMeter(s_meters).AddPrometheusExporter();
                if (export)
                    metrics.AddOtlpExporter();
            });
        if (export)
        {
            telemetry
                .WithTracing(tracing => tracing.AddSource("Nsn.*", "Microsoft.Orleans.Application").AddAspNetCoreInstrumentation().AddOtlpExporter())
                .WithLogging(logging => logging.AddOtlpExporter());
        }
    }

    /// <summary>Serves <c>/metrics</c> in Prometheus' text format.</summary>
    public static void MapMetrics(this WebApplication app) => app.MapPrometheusScrapingEndpoint();
}
