using Nsn.Gateway.Chain;

namespace Nsn.Gateway.Endpoints;

/// <summary>The chain's JSON-RPC over HTTP: one request, one answer. There are no subscriptions.</summary>
internal static class ChainEndpoint
{
    public static void MapChainRpc(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/rpc", HandleAsync).Accepts<object>("application/json")
            .Produces<RpcAnswer>()
            .Produces(StatusCodes.Status204NoContent)
            .WithSummary("JSON-RPC of the chain, with the methods of Substrate");

    private static async Task<IResult> HandleAsync(HttpContext context, ChainRpc rpc)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        return await rpc.HandleAsync(body.GetBuffer().AsMemory(0, (int)body.Length)) is { } answer
            ? Results.Text(answer.ToJsonString(), "application/json")
            : Results.NoContent();
    }
}
