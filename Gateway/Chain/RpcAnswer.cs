namespace Nsn.Gateway.Chain;

/// <summary>An answer of JSON-RPC as the description of the interface shows it: a result, or an error.</summary>
/// <param name="Jsonrpc">"2.0".</param>
/// <param name="Id">That of the call.</param>
/// <param name="Result">What the method gives.</param>
/// <param name="Error">Why there is none.</param>
internal sealed record RpcAnswer(string Jsonrpc, object? Id, object? Result, RpcFault? Error);
