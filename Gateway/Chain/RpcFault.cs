namespace Nsn.Gateway.Chain;

/// <summary>Why a call has no result.</summary>
/// <param name="Code">JSON-RPC's or Substrate's code.</param>
/// <param name="Message">For people.</param>
internal sealed record RpcFault(int Code, string Message);
