using Microsoft.AspNetCore.Cors.Infrastructure;

namespace Nsn.Gateway;

/// <summary>
/// What pages of other origins may do. A gateway knows nobody by a cookie and says the same to everybody, so any page may read, and play with <c>@nsn/player</c>,
/// or ask a gateway as a witness. Prompts and extrinsics are taken from its own pages only: another page would send them in its visitors' names.
/// </summary>
internal static class CrossOrigin
{
    private const string Reads = "reads", Plays = "plays";
    private static readonly TimeSpan s_remembered = TimeSpan.FromDays(1);

    public static void AddCrossOrigin(this IServiceCollection services) => services.AddCors(cors =>
    {
        cors.AddPolicy(Reads, policy => Shared(policy).WithMethods(HttpMethods.Get, HttpMethods.Head));
        cors.AddPolicy(Plays, policy => Shared(policy).WithMethods(HttpMethods.Post, HttpMethods.Delete));
    });

    /// <summary>For endpoints that answer GET, and nothing else: browsers send a POST wherever the origin and the headers are allowed, whatever is said of methods.</summary>
    public static IEndpointRouteBuilder OpenToReaders(this IEndpointRouteBuilder routes) => routes.MapGroup("").RequireCors(Reads);

    /// <summary>For endpoints that begin and end a player's connection.</summary>
    public static IEndpointRouteBuilder OpenToPlayers(this IEndpointRouteBuilder routes) => routes.MapGroup("").RequireCors(Plays);

    private static CorsPolicyBuilder Shared(CorsPolicyBuilder policy) => policy
        .AllowAnyOrigin()
        .AllowAnyHeader()
        .WithExposedHeaders("Location", "Retry-After", "ETag", "Content-Range", "Accept-Ranges")
        .SetPreflightMaxAge(s_remembered);
}
