using System.Text;
using Nsn.Gateway.Channels;
using Nsn.Gateway.Sessions;

namespace Nsn.Gateway.Endpoints;

/// <summary>WebRTC connections of players: an offer goes in, an answer comes out (docs/player-protocol.md section 2).</summary>
internal static class SessionEndpoints
{
    private const int OfferBytesMax = 64 * 1024;

    public static void MapSessions(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/channels/{name}/offer", Offer)
            .Accepts<string>("application/sdp")
            .Produces<string>(StatusCodes.Status201Created, "application/sdp")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
            .ProducesProblem(StatusCodes.Status429TooManyRequests)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .WithSummary("Answers an SDP offer with one data channel");
        routes.MapDelete("/api/sessions/{id}", (string id, PlayerOffers offers) => offers.Close(id)
            ? Results.NoContent()
            : Problems.NotFound("There is no such session; it may have ended by itself."))
            .Produces(StatusCodes.Status204NoContent)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("Ends a session");
    }

    private static async Task<IResult> Offer(string name, ChannelTails tails, PlayerOffers offers, AddressShares shares, HttpContext context)
    {
        if (tails.Find(name) is null)
            return Problems.NotFound($"There is no channel '{name}'. GET /api/channels lists them.");
        if (context.Request.ContentType?.Split(';')[0].Trim() is not "application/sdp")
            return Problems.WrongType("Send the offer as application/sdp.");
        if (context.Request.ContentLength > OfferBytesMax)
            return Problems.TooLong($"An offer has at most {OfferBytesMax} bytes.");
        if (offers.IsFull)
            return Problems.Unavailable(context, "This gateway carries as many viewers as it may. Try again in a moment, or another gateway.", 10);
        if (shares.TryTakeViewer(context) is not { } share)
            return Problems.TooManyViewers(context);
        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
        string offer;
        try
        {
            offer = await reader.ReadToEndAsync(context.RequestAborted);
        }
        catch
        {
            share.Dispose();
            throw;
        }

        if (!offers.TryAccept(offer, share, out var id, out var answer, out var reason))
            return Problems.BadRequest($"The offer cannot be answered: {reason}");
        context.Response.Headers.Location = $"/api/sessions/{id}";
        return Results.Text(answer, "application/sdp", Encoding.UTF8, StatusCodes.Status201Created);
    }
}
