using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;

namespace Nsn.Hosting;

/// <summary>How <c>/health</c> answers: 200 or 503, and JSON that says why.</summary>
public static class HealthResponse
{
    /// <summary>Options for the health endpoint.</summary>
    public static HealthCheckOptions Options => new()
    {
        ResponseWriter = async (context, report) =>
        {
            context.Response.ContentType = "application/json";
            context.Response.Headers.CacheControl = "no-store";
            await context.Response.WriteAsync(JsonSerializer.Serialize(new
            {
                status = report.Status.ToString(),
                checks = report.Entries.ToDictionary(
                    entry => entry.Key,
                    entry => new { status = entry.Value.Status.ToString(), description = entry.Value.Description, data = entry.Value.Data }),
            }));
        },
    };
}
