using Microsoft.OpenApi;

namespace Nsn.Gateway.Endpoints;

/// <summary>What operators ask. Libraries map it that describe nothing of it themselves.</summary>
internal static class OperatorEndpoints
{
    /// <summary>Adds it to the description of the interface.</summary>
    public static void Describe(OpenApiDocument document)
    {
        const string Health = "The overall status, and that of each check with its description (docs/telemetry.md)";
        Add(document, "/health", "Whether the gateway is ready, and why it is not", "application/json", JsonSchemaType.Object, ("200", Health), ("503", Health));
        Add(document, "/metrics", "Metrics in Prometheus' text format (docs/telemetry.md)", "text/plain", JsonSchemaType.String, ("200", "Every metric with its samples"));
    }

    private static void Add(OpenApiDocument document, string path, string summary, string mime, JsonSchemaType type, params (string Status, string Description)[] answers)
    {
        var operation = new OpenApiOperation { Summary = summary, Responses = [] };
        foreach (var (status, description) in answers)
        {
            operation.Responses[status] = new OpenApiResponse
            {
                Description = description,
                Content = new Dictionary<string, OpenApiMediaType> { [mime] = new OpenApiMediaType { Schema = new OpenApiSchema { Type = type } } },
            };
        }

        document.Paths[path] = new OpenApiPathItem { Operations = new Dictionary<HttpMethod, OpenApiOperation> { [HttpMethod.Get] = operation } };
    }
}
