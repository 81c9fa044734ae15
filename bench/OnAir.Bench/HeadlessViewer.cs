using System.Buffers.Binary;
using Nsn.WebRtc.Client;
using Nsn.WebRtc.DataChannels;
using Nsn.WebRtc.Sessions;

namespace Nsn.OnAir.Bench;

/// <summary>Subscribes to the channel as the player does and counts what comes; verifies nothing, so that it costs little beside the gateway.</summary>
internal sealed class HeadlessViewer : IAsyncDisposable
{
    private readonly WebRtcClient _client;
    private long _bytes;

    private HeadlessViewer(HttpClient http, ClientLoop loop)
    {
        _client = new WebRtcClient(http, new WebRtcClientOptions { Receive = false, DataChannels = true }, loop);
        _client.Connection.Event += (connection, happened) =>
        {
            if (happened is DataChannelOpened opened)
                connection.SendData(opened.Channel, Subscribe());
            else if (happened is DataChannelMessage message)
                Interlocked.Add(ref _bytes, message.Data.Length);
        };
    }

    public long Bytes => Interlocked.Read(ref _bytes);

    public static async Task<HeadlessViewer> JoinAsync(HttpClient http, Uri gateway, ClientLoop loop)
    {
        var viewer = new HeadlessViewer(http, loop);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await viewer._client.ConnectAsync(new Uri(gateway, "/api/channels/main/offer"), limit.Token);
        viewer._client.Connection.OpenDataChannel("nsn.chunks", new DataChannelSettings { Protocol = "nsn.frames.1" });
        return viewer;
    }

    public ValueTask DisposeAsync() => _client.DisposeAsync();

    private static byte[] Subscribe()
    {
        ReadOnlySpan<byte> body = """{"channel":"main","from":null}"""u8;
        byte[] frame = new byte[5 + body.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(frame, (uint)(1 + body.Length));
        frame[4] = 0x81;
        body.CopyTo(frame.AsSpan(5));
        return frame;
    }
}
