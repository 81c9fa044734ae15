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
    private volatile bool _isJoined;
    private bool _isBroken;

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
                case DataChannelMessage message when !_isBroken && !_cutter.TryTake(message.Data.Span, stream.Take):
                    _isBroken = true;
                    stream.Refuse("a frame on the data channel is empty, or longer than frames can be");
                    connection.Close();
                    break;
                case SessionClosed { Reason: not CloseReason.Local } closed when _isJoined:
                    stream.Refuse($"the WebRTC connection ended: {closed.Details}");
                    break;
            }
        };
    }

    /// <summary>Connects and subscribes; frames come from then on.</summary>
    public async Task JoinAsync(Uri offer, CancellationToken cancellationToken)
    {
        try
        {
            await _client.ConnectAsync(offer, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException error) when (_client.IsAnswered && !cancellationToken.IsCancellationRequested)
        {
            SessionClosed closed = await _client.Connection.Closed.WaitAsync(cancellationToken).ConfigureAwait(false);
            throw new InvalidOperationException($"the WebRTC connection did not come about: {closed.Details}", error);
        }

        _isJoined = true;
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
