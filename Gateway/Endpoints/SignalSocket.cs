using System.Net.WebSockets;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Nsn.Gateway.Channels;
using Nsn.Gateway.Sessions;

namespace Nsn.Gateway.Endpoints;

/// <summary>Signalling by WebSocket: join, offer, answer, ice-candidate, leave; one JSON object per text message.</summary>
internal static class SignalSocket
{
    private const int MessageBytesMax = 64 * 1024;
    private static readonly TimeSpan s_idle = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan s_hearOut = TimeSpan.FromSeconds(5);

    public static void MapSignalling(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/signal", HandleAsync)
            .Produces(StatusCodes.Status101SwitchingProtocols)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status429TooManyRequests)
            .WithSummary("Signalling by WebSocket");
        // HTTP/2 opens WebSockets with CONNECT.
        routes.MapMethods("/signal", [HttpMethods.Connect], HandleAsync).ExcludeFromDescription();
    }

    [Endless]
    private static async Task HandleAsync(
        HttpContext context, ChannelTails tails, PlayerOffers offers, AddressShares shares, IHostApplicationLifetime lifetime, IOptions<GatewaySettings> settings, TimeProvider time)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            await Problems.BadRequest("/signal is a WebSocket. Over plain HTTP, POST the offer to /api/channels/{name}/offer.").ExecuteAsync(context);
            return;
        }

        using var place = shares.TryTakeSocket(context);
        if (place is null)
        {
            await Problems.TooManySockets(context).ExecuteAsync(context);
            return;
        }

        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        using var end = EndlessAnswer.EndOf(context, lifetime);
        string? channel = null;
        string? connection = null;
        var buffer = new byte[MessageBytesMax];
        var second = 0L;
        var messages = 0;
        try
        {
            while (await ReceiveAsync(socket, buffer, end.Token) is { } message)
            {
                var now = time.GetTimestamp() / time.TimestampFrequency;
                messages = now == second ? messages + 1 : 1;
                second = now;
                if (messages > settings.Value.SignalMessagesPerSecond)
                {
                    var limit = $"at most {settings.Value.SignalMessagesPerSecond} messages in a second";
                    await SendErrorAsync(socket, 429, "Too many messages", $"Send {limit}.", end.Token);
                    await CloseAsync(socket, buffer, WebSocketCloseStatus.PolicyViolation, limit, end.Token);
                    return;
                }

                if (!TryRead(message, out var type, out var root))
                {
                    await SendErrorAsync(socket, 400, "Not understood", "Send one JSON object with a type per text message.", end.Token);
                    continue;
                }

                switch (type)
                {
                    case "join" when Text(root, "channel") is { } name && tails.Find(name) is not null:
                        channel = name;
                        await SendAsync(socket, new { type = "joined", channel }, end.Token);
                        break;
                    case "join":
                        await SendErrorAsync(socket, 404, "No such channel", "GET /api/channels lists them.", end.Token);
                        break;
                    case "offer" when channel is null:
                        await SendErrorAsync(socket, 409, "Not joined", "Send join before offer.", end.Token);
                        break;
                    case "offer":
                        // One connection a socket: a new offer stands in place of the former.
                        if (connection is not null)
                            offers.Close(connection);
                        connection = null;
                        if (offers.IsFull)
                        {
                            await SendErrorAsync(socket, 503, "Full", "Try again in a moment, or another gateway.", end.Token);
                        }
                        else if (shares.TryTakeViewer(context) is not { } share)
                        {
                            await SendErrorAsync(
                                socket, 429, "Too many viewers", "This address watches as often as it may. Close a viewer, or try again when one has gone.", end.Token);
                        }
                        else if (offers.TryAccept(Text(root, "sdp") ?? "", share, out var id, out var answer, out var reason))
                        {
                            connection = id;
                            await SendAsync(socket, new { type = "answer", sdp = answer, session = id }, end.Token);
                        }
                        else
                        {
                            await SendErrorAsync(socket, 400, "The offer cannot be answered", reason, end.Token);
                        }

                        break;
                    case "ice-candidate":
                        // The gateway is ICE-lite: it answers checks from wherever they come, so candidates of the player tell it nothing.
                        break;
                    case "leave":
                        if (connection is not null)
                            offers.Close(connection);
                        connection = null;
                        channel = null;
                        break;
                    default:
                        await SendErrorAsync(socket, 400, "Unknown type", "Types are join, offer, ice-candidate and leave.", end.Token);
                        break;
                }
            }

            if (socket.State == WebSocketState.CloseReceived)
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, end.Token);
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException)
        {
            // The socket is gone, or the gateway stops; a WebRTC session that was set up through it goes on.
        }
    }

    /// <summary>Closes with a reason, and takes in what is still on its way until the other side closes, too: bytes that nobody has read would make the system drop the reason.</summary>
    private static async Task CloseAsync(WebSocket socket, byte[] buffer, WebSocketCloseStatus status, string reason, CancellationToken cancellationToken)
    {
        await socket.CloseOutputAsync(status, reason, cancellationToken);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(s_hearOut);
        while (socket.State == WebSocketState.CloseSent && (await socket.ReceiveAsync(buffer, limit.Token)).MessageType != WebSocketMessageType.Close)
        {
            // What it says does not count any more.
        }
    }

    /// <summary>The next whole text message, or null when the peer closes, is silent for too long, or sends something else or too much.</summary>
    private static async Task<ReadOnlyMemory<byte>?> ReceiveAsync(WebSocket socket, byte[] buffer, CancellationToken cancellationToken)
    {
        using var idle = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        idle.CancelAfter(s_idle);
        var length = 0;
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer.AsMemory(length), idle.Token);
            if (received.MessageType == WebSocketMessageType.Close)
                return null;
            length += received.Count;
            if (received.EndOfMessage)
            {
                if (received.MessageType == WebSocketMessageType.Text)
                    return buffer.AsMemory(0, length);
                await CloseAsync(socket, buffer, WebSocketCloseStatus.InvalidMessageType, "only text messages", cancellationToken);
                return null;
            }

            if (length == buffer.Length)
            {
                await CloseAsync(socket, buffer, WebSocketCloseStatus.MessageTooBig, $"at most {MessageBytesMax} bytes", cancellationToken);
                return null;
            }
        }
    }

    private static bool TryRead(ReadOnlyMemory<byte> message, out string type, out JsonElement root)
    {
        type = "";
        root = default;
        try
        {
            if (!StrictJson.HasWholeTexts(message.Span))
                return false;
            using var document = JsonDocument.Parse(message, StrictJson.Options(8));
            root = document.RootElement.Clone();
            type = Text(root, "type") ?? "";
            return type.Length > 0;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string? Text(JsonElement root, string name) =>
        root.ValueKind == JsonValueKind.Object && root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static Task SendErrorAsync(WebSocket socket, int status, string title, string detail, CancellationToken cancellationToken) =>
        SendAsync(socket, new { type = "error", status, title, detail }, cancellationToken);

    private static Task SendAsync<T>(WebSocket socket, T message, CancellationToken cancellationToken) => socket.SendAsync(
        JsonSerializer.SerializeToUtf8Bytes(message, ApiJson.Options), WebSocketMessageType.Text, endOfMessage: true, cancellationToken);
}
