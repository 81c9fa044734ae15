using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Nsn.WebRtc.Browser.Tests.Firefox;

/// <summary>A WebDriver BiDi session (W3C): commands with numbered answers over one WebSocket; events are ignored.</summary>
internal sealed class BidiConnection : IAsyncDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly ConcurrentDictionary<long, TaskCompletionSource<JsonElement>> _waiting = new();
    private readonly SemaphoreSlim _sending = new(1, 1);
    private Task _reading = Task.CompletedTask;
    private long _lastId;

    public async Task ConnectAsync(Uri endpoint, CancellationToken cancellationToken)
    {
        _socket.Options.Proxy = null;
        await _socket.ConnectAsync(new Uri(endpoint, "session"), cancellationToken);
        _reading = ReadAsync();
        await SendAsync("session.new", new JsonObject { ["capabilities"] = new JsonObject() }, cancellationToken);
    }

    /// <summary>Sends a command and waits for its result.</summary>
    /// <exception cref="InvalidOperationException">The browser answered with an error, or went away.</exception>
    public async Task<JsonElement> SendAsync(string method, JsonObject parameters, CancellationToken cancellationToken)
    {
        long id = Interlocked.Increment(ref _lastId);
        TaskCompletionSource<JsonElement> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting[id] = answer;
        JsonObject command = new() { ["id"] = id, ["method"] = method, ["params"] = parameters };
        await _sending.WaitAsync(cancellationToken);
        try
        {
            await _socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(command), WebSocketMessageType.Text, endOfMessage: true, cancellationToken);
        }
        finally
        {
            _sending.Release();
        }

        JsonElement message = await answer.Task.WaitAsync(cancellationToken);
        return message.GetProperty("type").GetString() == "success"
            ? message.GetProperty("result")
            : throw new InvalidOperationException($"{method}: {message}");
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Abort();
        await _reading;
        _socket.Dispose();
        _sending.Dispose();
    }

    private async Task ReadAsync()
    {
        byte[] buffer = new byte[65_536];
        using MemoryStream message = new();
        try
        {
            while (true)
            {
                ValueWebSocketReceiveResult part = await _socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
                if (part.MessageType == WebSocketMessageType.Close)
                {
                    break;
                }

                message.Write(buffer, 0, part.Count);
                if (part.EndOfMessage)
                {
                    Complete(message.GetBuffer().AsMemory(0, (int)message.Length));
                    message.SetLength(0);
                }
            }
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The browser was closed; whoever still waits is told below.
        }

        foreach (TaskCompletionSource<JsonElement> waiting in _waiting.Values)
        {
            waiting.TrySetException(new InvalidOperationException("Firefox closed the WebDriver BiDi connection."));
        }
    }

    private void Complete(ReadOnlyMemory<byte> text)
    {
        using JsonDocument document = JsonDocument.Parse(text);
        if (document.RootElement.TryGetProperty("id", out JsonElement id) && id.TryGetInt64(out long number) &&
            _waiting.TryRemove(number, out TaskCompletionSource<JsonElement>? waiting))
        {
            waiting.TrySetResult(document.RootElement.Clone());
        }
    }
}
