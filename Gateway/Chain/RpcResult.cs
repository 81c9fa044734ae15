using System.Text.Json.Nodes;

namespace Nsn.Gateway.Chain;

/// <summary>The answer to a call: a value, or an error with JSON-RPC's or Substrate's code.</summary>
internal readonly record struct RpcResult(JsonNode? Value, int Code, string? Message)
{
    /// <summary>The bytes are no JSON.</summary>
    public const int ParseError = -32700;

    /// <summary>The JSON is no call.</summary>
    public const int InvalidRequest = -32600;

    /// <summary>No such method.</summary>
    public const int MethodNotFound = -32601;

    /// <summary>The method takes other parameters.</summary>
    public const int InvalidParams = -32602;

    /// <summary>What was asked for is not kept here.</summary>
    public const int NotKept = -32000;

    /// <summary>Substrate's code for an extrinsic that can be in no block.</summary>
    public const int InvalidTransaction = 1010;

    public static RpcResult Ok(JsonNode? value) => new(value, 0, null);

    public static RpcResult Invalid(string message) => new(null, InvalidParams, message);

    public static RpcResult Error(int code, string message) => new(null, code, message);
}
