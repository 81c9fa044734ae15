using System.Text.Json;
using System.Text.Json.Nodes;
using Nsn.Vortex;

namespace Nsn.Cli;

/// <summary>Results as JSON, to a file or with <c>-</c> to the standard output.</summary>
internal static class JsonOutput
{
    private static readonly JsonSerializerOptions s_options = new() { WriteIndented = true };

    public static async Task WriteAsync(string? path, TextWriter output, JsonObject json, CancellationToken cancellationToken)
    {
        if (path is null)
            return;
        var text = json.ToJsonString(s_options);
        if (path == "-")
            await output.WriteLineAsync(text.AsMemory(), cancellationToken).ConfigureAwait(false);
        else
            await File.WriteAllTextAsync(path, text + "\n", cancellationToken).ConfigureAwait(false);
    }

    public static JsonObject Scores(TowerScores scores) => new()
    {
        ["a"] = scores.A,
        ["b"] = scores.B,
        ["ensemble"] = scores.Ensemble,
        ["outlier"] = scores.Outlier,
        ["passed"] = scores.Passed,
    };

    public static JsonArray Values(float[] values) => new([.. values.Select(value => (JsonNode)value)]);

    public static string Hex(ReadOnlyMemory<byte> bytes) => Convert.ToHexStringLower(bytes.Span);
}
