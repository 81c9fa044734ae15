using System.Buffers.Binary;
using System.Threading.Channels;
using Nsn.WebRtc.Client;
using Nsn.WebRtc.DataChannels;
using Nsn.WebRtc.Sctp;
using Nsn.WebRtc.Sessions;
using Nsn.WebRtc.Transport;

namespace Nsn.EndToEnd.Tests;

/// <summary>A browser's data channel on one side, one to the gateway on the other; frames from the gateway go through a forger.</summary>
internal sealed class FrameRelay(WebRtcConnection browser, HttpClient http, Uri offers, Forgery forgery) : IAsyncDisposable
{
    private const int PieceMax = 65_536;
    private readonly Channel<byte[]> _toBrowser = Channel.CreateUnbounded<byte[]>();
    private readonly Channel<byte[]> _toGateway = Channel.CreateUnbounded<byte[]>();
    private readonly WebRtcClient _gateway = new(http, new WebRtcClientOptions { Receive = false, DataChannels = true });
    private byte[] _received = [];

    public void Attach()
    {
        browser.Event += (sender, happened) =>
        {
            if (happened is DataChannelOpened opened)
                _ = RunAsync(opened.Channel);
            else if (happened is DataChannelMessage message)
                _toGateway.Writer.TryWrite(message.Data.ToArray());
            else if (happened is SessionClosed)
                _gateway.Connection.Close();
        };
        _gateway.Connection.Event += (connection, happened) =>
        {
            if (happened is DataChannelOpened opened)
                _ = PumpAsync(connection, opened.Channel, _toGateway.Reader);
            else if (happened is DataChannelMessage message)
                Take(message.Data.Span);
            else if (happened is SessionClosed)
                browser.Close();
        };
    }

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    public static byte[] Frame(byte type, byte[] body)
    {
        var frame = new byte[5 + body.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(frame, (uint)(body.Length + 1));
        frame[4] = type;
        body.CopyTo(frame, 5);
        return frame;
    }

    private async Task RunAsync(DataChannel toBrowser)
    {
        _ = PumpAsync(browser, toBrowser, _toBrowser.Reader);
        try
        {
            await _gateway.ConnectAsync(offers);
            _gateway.Connection.OpenDataChannel(toBrowser.Label, new DataChannelSettings { Protocol = "nsn.frames.1" });
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException or InvalidDataException)
        {
            browser.Close();
        }
    }

    private void Take(ReadOnlySpan<byte> piece)
    {
        byte[] bytes = [.. _received, .. piece];
        var taken = 0;
        while (bytes.Length - taken >= 5)
        {
            var length = (int)BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(taken)) + 4;
            if (bytes.Length - taken < length)
                break;
            var type = bytes[taken + 4];
            var frame = Frame(type, forgery(type, bytes[(taken + 5)..(taken + length)]));
            for (var offset = 0; offset < frame.Length; offset += PieceMax)
                _toBrowser.Writer.TryWrite(frame[offset..Math.Min(frame.Length, offset + PieceMax)]);
            taken += length;
        }

        _received = bytes[taken..];
    }

    private static async Task PumpAsync(WebRtcConnection connection, DataChannel channel, ChannelReader<byte[]> pieces)
    {
        await foreach (var piece in pieces.ReadAllAsync())
        {
            SctpSendResult sent;
            while ((sent = connection.SendData(channel, piece)) == SctpSendResult.BufferFull)
                await Task.Delay(5);
            if (sent != SctpSendResult.Queued)
                return;
        }
    }
}
