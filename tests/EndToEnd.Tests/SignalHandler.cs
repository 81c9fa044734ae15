using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace Nsn.EndToEnd.Tests;

/// <summary>Lets a client that posts offers join over the signalling socket instead.</summary>
internal sealed class SignalHandler(Uri gateway) : HttpMessageHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Method != HttpMethod.Post)
            return new HttpResponseMessage(HttpStatusCode.NoContent);
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(gateway) { Scheme = "ws", Path = "/signal" }.Uri, cancellationToken);
        Assert.Equal("joined", (await AskAsync(socket, new { type = "join", channel = "main" }, cancellationToken)).GetProperty("type").GetString());
        var answer = await AskAsync(socket, new { type = "offer", sdp = await request.Content!.ReadAsStringAsync(cancellationToken) }, cancellationToken);
        Assert.Equal("answer", answer.GetProperty("type").GetString());
        // Closing the socket after the answer does not end the session.
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, cancellationToken);
        return new HttpResponseMessage(HttpStatusCode.Created) { Content = new StringContent(answer.GetProperty("sdp").GetString()!, Encoding.UTF8, "application/sdp") };
    }

    private static async Task<JsonElement> AskAsync(ClientWebSocket socket, object message, CancellationToken cancellationToken)
    {
        await socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(message), WebSocketMessageType.Text, true, cancellationToken);
        using var received = new MemoryStream();
        var buffer = new byte[16 * 1024];
        WebSocketReceiveResult piece;
        do
        {
            piece = await socket.ReceiveAsync(buffer, cancellationToken);
            received.Write(buffer, 0, piece.Count);
        }
        while (!piece.EndOfMessage);
        return JsonDocument.Parse(received.ToArray()).RootElement.Clone();
    }
}
