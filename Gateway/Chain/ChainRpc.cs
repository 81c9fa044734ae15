using System.Text.Json;
using System.Text.Json.Nodes;
using Nsn.Grains.Ledger;

namespace Nsn.Gateway.Chain;

/// <summary>
/// JSON-RPC 2.0 with the methods of Substrate that clients of its tools call: single calls and batches. What each method does is in <see cref="ChainMethods"/>.
/// </summary>
internal sealed class ChainRpc(ILedgerGrain ledger)
{
    private const int BatchMax = 50;
    private static readonly JsonDocumentOptions s_limits = StrictJson.Options(16);
    private readonly ChainMethods _methods = new(ledger);

    /// <summary>Answers a request; null when it has only notifications, which have no answer.</summary>
    public async Task<JsonNode?> HandleAsync(ReadOnlyMemory<byte> request)
    {
        // First: to parse compares names, and throws where one cannot be read.
        if (!StrictJson.HasWholeTexts(request.Span))
            return Answer(null, RpcResult.Error(RpcResult.ParseError, "A text of the request has an escape that is half of a character."));
        JsonNode? parsed;
        try
        {
            parsed = JsonNode.Parse(request.Span, documentOptions: s_limits);
        }
        catch (JsonException)
        {
            return Answer(null, RpcResult.Error(RpcResult.ParseError, "The request is no JSON."));
        }

        if (parsed is not JsonArray batch)
            return await HandleOneAsync(parsed);
        if (batch.Count is 0 or > BatchMax)
            return Answer(null, RpcResult.Error(RpcResult.InvalidRequest, $"A batch has 1 to {BatchMax} calls."));
        var answers = new JsonArray();
        foreach (var one in batch)
        {
            if (await HandleOneAsync(one) is { } answer)
                answers.Add(answer);
        }

        return answers.Count > 0 ? answers : null;
    }

    private async Task<JsonNode?> HandleOneAsync(JsonNode? request)
    {
        if (request is not JsonObject call || (call["method"] as JsonValue)?.TryGetValue<string>(out var method) != true
            || (call["params"] ?? new JsonArray()) is not JsonArray parameters)
        {
            return Answer(null, RpcResult.Error(RpcResult.InvalidRequest, "A call is an object with \"method\" and an array of \"params\"."));
        }

        var result = await _methods.CallAsync(method!, parameters);
        return call.TryGetPropertyValue("id", out var id) ? Answer(id, result) : null;
    }

    private static JsonObject Answer(JsonNode? id, RpcResult result)
    {
        var answer = new JsonObject { ["jsonrpc"] = "2.0", ["id"] = id?.DeepClone() };
        if (result.Message is null)
            answer["result"] = result.Value;
        else
            answer["error"] = new JsonObject { ["code"] = result.Code, ["message"] = result.Message };
        return answer;
    }
}
