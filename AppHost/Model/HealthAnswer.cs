using System.Text.Json;

namespace Nsn.AppHost.Model;

/// <summary>Makes a sentence of what a health endpoint answers.</summary>
internal static class HealthAnswer
{
    private const int LengthMax = 300;

    /// <summary>The descriptions of the checks that fail, where the body is the JSON of ASP.NET's health checks as ours write it; else the beginning of the body.</summary>
    public static string Explain(int status, string body)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(body);
            if (json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("checks", out JsonElement checks) && checks.ValueKind == JsonValueKind.Object)
            {
                string reasons = string.Join("; ", checks.EnumerateObject().Select(check => ReasonOf(check.Value)).Where(reason => reason.Length > 0));
                if (reasons.Length > 0)
                    return Cut(reasons);
            }
        }
        catch (JsonException)
        {
            // Words, then.
        }

        return Cut($"answers {status} {body}".TrimEnd());
    }

    private static string ReasonOf(JsonElement check)
    {
        if (check.ValueKind != JsonValueKind.Object || Text(check, "status") is "Healthy" or "Degraded")
            return "";
        return Text(check, "description");
    }

    private static string Text(JsonElement check, string name) =>
        check.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    private static string Cut(string text) => text.Length > LengthMax ? text[..LengthMax] + " …" : text;
}
