using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;
using Nsn.WebRtc.DataChannels;
using Nsn.WebRtc.Sctp;
using Nsn.WebRtc.Sessions;
using Nsn.WebRtc.Transport;

namespace Nsn.WebRtc.Browser.Tests;

/// <summary>libdatachannel, the library in OBS, with usrsctp and libsrtp below: data channels of both sides, their ends in order, and a picture.</summary>
[Collection("browsers")]
public class LibDataChannelTests(BrowserFixture fixture)
{
    private const int Messages = 160;
    private const int MessageBytes = 65_536;

    private static bool IsAvailable => Directory.Exists(Path.Combine(Folder(), "..", "node_modules", "node-datachannel"));

    [Fact]
    public async Task libdatachannel_gets_twenty_megabytes_back_and_the_picture_and_closes_in_order()
    {
        Assert.SkipUnless(IsAvailable, "node-datachannel is not installed: run tests/prepare");
        using CancellationTokenSource deadline = PeerProcess.CreateDeadline();
        using Process peer = PeerProcess.Start(
            "node", Path.Combine(Folder(), "peer.mjs"), Messages.ToString(System.Globalization.CultureInfo.InvariantCulture), MessageBytes.ToString(System.Globalization.CultureInfo.InvariantCulture));
        try
        {
            string offer = (await ReadAsync()).GetProperty("offer").GetString()!;
            Assert.True(fixture.Server.TryAccept(offer, null, out WebRtcConnection? connection, out string answer, out string? reason), reason);
            using Mirror mirror = new();
            connection!.Event += mirror.OnEvent;
            fixture.Source.Add(connection);
            await peer.StandardInput.WriteLineAsync(JsonSerializer.Serialize(new { answer }));
            await connection.Connected.WaitAsync(deadline.Token);

            // A channel of ours, which the peer hears of in band and sees closed.
            DataChannel ours = connection.OpenDataChannel("ours", new DataChannelSettings { Protocol = "test" });
            connection.SendText(ours, "hello");
            Assert.Equal("ours heard hello", await mirror.Heard.Task.WaitAsync(deadline.Token));
            connection.CloseDataChannel(ours);

            JsonElement result = await ReadAsync();
            TestContext.Current.SendDiagnosticMessage(result.ToString());
            foreach (string label in new[] { "ordered", "unordered" })
            {
                JsonElement channel = result.GetProperty(label);
                Assert.Equal(Messages, channel.GetProperty("messages").GetInt32());
                Assert.Equal(channel.GetProperty("sent").GetString(), channel.GetProperty("got").GetString());
            }

            Assert.Equal(result.GetProperty("ordered").GetProperty("sent").GetString(), mirror.HashOfOrdered());
            Assert.Equal(("ours", "test"), (result.GetProperty("theirs").GetProperty("label").GetString(), result.GetProperty("theirs").GetProperty("protocol").GetString()));
            Assert.Equal(0, result.GetProperty("picture").GetProperty("gaps").GetInt32());
            Assert.Equal(("ordered", "unordered"), (await ClosedAsync(), await ClosedAsync()));
            await mirror.AllClosed.Task.WaitAsync(deadline.Token);
            Assert.Equal(SessionState.Connected, connection.State);
            await peer.StandardInput.WriteLineAsync("enough");
            SessionClosed end = await connection.Closed.WaitAsync(deadline.Token);
            Assert.Equal(CloseReason.Peer, end.Reason);
            await peer.WaitForExitAsync(deadline.Token);
            Assert.Equal(0, peer.ExitCode);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"libdatachannel did not come to its end within {PeerProcess.Deadline.TotalSeconds} s; server: {fixture.Describe()}");
        }
        finally
        {
            if (!peer.HasExited)
            {
                peer.Kill(entireProcessTree: true);
            }
        }

        async Task<JsonElement> ReadAsync()
        {
            string line = await peer.StandardOutput.ReadLineAsync(deadline.Token) ?? throw new InvalidOperationException("libdatachannel's process ended early");
            using JsonDocument document = JsonDocument.Parse(line);
            return document.RootElement.Clone();
        }

        async Task<string?> ClosedAsync() => (await ReadAsync()).GetProperty("closed").GetString();
    }

    private static string Folder([CallerFilePath] string thisFile = "") => Path.Combine(Path.GetDirectoryName(thisFile)!, "LibDataChannel");

    /// <summary>Sends every binary message back on its channel; what does not fit the buffer waits for its turn.</summary>
    private sealed class Mirror : IDisposable
    {
        private readonly Dictionary<DataChannel, Queue<ReadOnlyMemory<byte>>> _waiting = [];
        private readonly IncrementalHash _ordered = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private int _closed;

        /// <summary>The text that came.</summary>
        public TaskCompletionSource<string> Heard { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Completes when all three channels are closed.</summary>
        public TaskCompletionSource AllClosed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string HashOfOrdered() => Convert.ToHexStringLower(_ordered.GetCurrentHash());

        public void Dispose() => _ordered.Dispose();

        public void OnEvent(WebRtcConnection connection, SessionEvent sessionEvent)
        {
            switch (sessionEvent)
            {
                case DataChannelMessage { IsText: true } text:
                    Heard.TrySetResult(System.Text.Encoding.UTF8.GetString(text.Data.Span));
                    break;
                case DataChannelMessage message:
                    if (message.Channel.Label == "ordered")
                    {
                        _ordered.AppendData(message.Data.Span);
                    }

                    if (!_waiting.TryGetValue(message.Channel, out Queue<ReadOnlyMemory<byte>>? queue))
                    {
                        _waiting.Add(message.Channel, queue = new Queue<ReadOnlyMemory<byte>>());
                    }

                    queue.Enqueue(message.Data);
                    Send(connection, message.Channel);
                    break;
                case DataChannelWritable writable:
                    Send(connection, writable.Channel);
                    break;
                case DataChannelClosed when ++_closed == 3:
                    AllClosed.TrySetResult();
                    break;
            }
        }

        private void Send(WebRtcConnection connection, DataChannel channel)
        {
            while (_waiting.TryGetValue(channel, out Queue<ReadOnlyMemory<byte>>? queue) && queue.TryPeek(out ReadOnlyMemory<byte> next)
                && connection.SendData(channel, next) == SctpSendResult.Queued)
            {
                queue.Dequeue();
            }
        }
    }
}
