using System.Buffers.Binary;
using System.Text;
using Nsn.WebRtc.Client;
using Nsn.WebRtc.DataChannels;
using Nsn.WebRtc.Sessions;

namespace Nsn.AppHost.Smoke;

/// <summary>A viewer without a screen: joins a channel over WebRTC as a player does and verifies what comes.</summary>
internal sealed class SmokeViewer : IAsyncDisposable
{
    private readonly WebRtcClient _client;
    private readonly FrameCutter _cutter = new();

    public SmokeViewer(HttpClient http, VerifiedStream stream)
    {
        _client = new WebRtcClient(http, new WebRtcClientOptions { Receive = false, DataChannels = true });
        _client.Connection.Event += (connection, occurred) =>
        {
            switch (occurred)
            {
                case DataChannelOpened opened:
                    connection.SendData(opened.Channel, Subscribe());
                    break;
                case DataChannelMessage message when !_cutter.TryTake(message.Data.Span, stream.Take):
                    connection.Close();
                    break;
            }
        };
    }

    /// <summary>Connects and subscribes; frames come from then on.</summary>
    public async Task JoinAsync(Uri offer, CancellationToken cancellationToken)
    {
        await _client.ConnectAsync(offer, cancellationToken).ConfigureAwait(false);
        _client.Connection.OpenDataChannel("nsn.chunks", new DataChannelSettings { Protocol = "nsn.frames.1" });
    }

    public ValueTask DisposeAsync() => _client.DisposeAsync();

    private static byte[] Subscribe()
    {
        byte[] body = Encoding.UTF8.GetBytes("""{"channel":"main","from":null}""");
        byte[] frame = new byte[5 + body.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(frame, (uint)(1 + body.Length));
        frame[4] = 0x81;
        body.CopyTo(frame, 5);
        return frame;
    }
}
