using System.CommandLine;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Nsn.Vortex;

namespace Nsn.Cli;

/// <summary>Results as JSON, to a file or with <c>-</c> to the standard output.</summary>
internal static class JsonOutput
{
    private static readonly JsonSerializerOptions s_options = new() { WriteIndented = true };

    /// <summary>The option <c>--json</c> of a verb.</summary>
    public static Option<string?> Option(string what) => new Option<string?>("--json") { Description = $"Write {what} to a file, or - for the standard output." }.NotBlank();

    public static async Task WriteAsync(string? path, TextWriter output, JsonObject json, CancellationToken cancellationToken)
    {
        if (path is null)
            return;
        var text = json.ToJsonString(s_options);
        if (path == "-")
            await output.WriteLineAsync(text.AsMemory(), cancellationToken).ConfigureAwait(false);
        else
            await Files.WriteAsync(path, Encoding.UTF8.GetBytes(text + "\n"), cancellationToken).ConfigureAwait(false);
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
