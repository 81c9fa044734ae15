using System.Text.Json;
using System.Text.Json.Nodes;

namespace Nsn.WebRtc.Browser.Tests.Firefox;

/// <summary>A tab.</summary>
public sealed class FirefoxPage
{
    private readonly BidiConnection _connection;
    private readonly string _context;

    internal FirefoxPage(BidiConnection connection, string context)
    {
        _connection = connection;
        _context = context;
    }

    /// <summary>Runs an expression in the page and waits for its promise; the value comes as JSON.</summary>
    /// <exception cref="InvalidOperationException">It threw; the message carries the page's error.</exception>
    public async Task<JsonElement> EvaluateAsync(string expression, CancellationToken cancellationToken)
    {
        JsonElement answer = await _connection.SendAsync(
            "script.evaluate",
            new JsonObject
            {
                ["expression"] = $"(async () => JSON.stringify(await ({expression}) ?? null))()",
                ["target"] = new JsonObject { ["context"] = _context },
                ["awaitPromise"] = true,
                ["userActivation"] = true,
            },
            cancellationToken);
        if (answer.GetProperty("type").GetString() != "success")
        {
            throw new InvalidOperationException($"{expression}: {answer.GetProperty("exceptionDetails").GetProperty("text").GetString()}");
        }

        using JsonDocument value = JsonDocument.Parse(answer.GetProperty("result").GetProperty("value").GetString()!);
        return value.RootElement.Clone();
    }

    /// <summary>Loads the page again and waits for it.</summary>
    public async Task ReloadAsync(CancellationToken cancellationToken) =>
        await _connection.SendAsync("browsingContext.reload", new JsonObject { ["context"] = _context, ["wait"] = "complete" }, cancellationToken);

    public async Task CloseAsync(CancellationToken cancellationToken) =>
        await _connection.SendAsync("browsingContext.close", new JsonObject { ["context"] = _context }, cancellationToken);
}
