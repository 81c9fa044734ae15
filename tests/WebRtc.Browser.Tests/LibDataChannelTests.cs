using System.Diagnostics;
using System.Globalization;
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

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task libdatachannel_gets_twenty_megabytes_back_and_closes_in_order()
    {
        Assert.SkipUnless(IsAvailable, "node-datachannel is not installed: run tests/prepare");
        using Process peer = Start("echo.mjs", Messages, MessageBytes);
        using CancellationTokenSource deadline = PeerProcess.CreateDeadline();
        try
        {
            using Mirror mirror = new();
            WebRtcConnection connection = await ConnectAsync(peer, mirror.OnEvent, deadline.Token);

            // A channel of ours, which the peer hears of in band and sees closed.
            DataChannel ours = connection.OpenDataChannel("ours", new DataChannelSettings { Protocol = "test" });
            connection.SendText(ours, "hello");
            Assert.Equal("ours heard hello", await mirror.Heard.Task.WaitAsync(deadline.Token));
            connection.CloseDataChannel(ours);

            JsonElement result = await ReadAsync(peer, deadline.Token);
            TestContext.Current.SendDiagnosticMessage(result.ToString());
            foreach (string label in new[] { "ordered", "unordered" })
            {
                JsonElement channel = result.GetProperty(label);
                Assert.Equal(Messages, channel.GetProperty("messages").GetInt32());
                Assert.Equal(channel.GetProperty("sent").GetString(), channel.GetProperty("got").GetString());
            }

            Assert.Equal(result.GetProperty("ordered").GetProperty("sent").GetString(), mirror.HashOfOrdered());
            Assert.Equal(("ours", "test"), (result.GetProperty("theirs").GetProperty("label").GetString(), result.GetProperty("theirs").GetProperty("protocol").GetString()));
            foreach (string label in new[] { "ordered", "unordered" })
            {
                Assert.Equal(label, (await ReadAsync(peer, deadline.Token)).GetProperty("closed").GetString());
            }

            await mirror.AllClosed.Task.WaitAsync(deadline.Token);
            Assert.Equal(SessionState.Connected, connection.State);

            // It ends the association (SHUTDOWN); whether close_notify follows is a race between its threads.
            await peer.StandardInput.WriteLineAsync("enough");
            Assert.Equal(CloseReason.Peer, (await connection.Closed.WaitAsync(deadline.Token)).Reason);
            peer.StandardInput.Close();
            await peer.WaitForExitAsync(deadline.Token);
            Assert.Equal(0, peer.ExitCode);
        }
        catch (OperationCanceledException) when (!Cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"libdatachannel did not come to its end within {PeerProcess.Deadline.TotalSeconds} s; server: {fixture.Describe()}");
        }
        finally
        {
            End(peer);
        }
    }

    [Fact]
    public async Task libdatachannel_receives_the_picture_without_a_gap_and_hears_the_end_at_once()
    {
        Assert.SkipUnless(IsAvailable, "node-datachannel is not installed: run tests/prepare");
        using Process peer = Start("play.mjs", 30);
        using CancellationTokenSource deadline = PeerProcess.CreateDeadline();
        try
        {
            WebRtcConnection connection = await ConnectAsync(peer, onEvent: null, deadline.Token);
            fixture.Source.Add(connection);
            JsonElement result = await ReadAsync(peer, deadline.Token);
            TestContext.Current.SendDiagnosticMessage(result.ToString());
            Assert.Equal((30, 0), (result.GetProperty("frames").GetInt32(), result.GetProperty("gaps").GetInt32()));

            // Without close_notify its own checks would go unanswered for half a minute first.
            Stopwatch clock = Stopwatch.StartNew();
            connection.Close();
            Assert.True((await ReadAsync(peer, deadline.Token)).TryGetProperty("ended", out _));
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), $"it took {clock.Elapsed.TotalSeconds:F0} s");
            await peer.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException) when (!Cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"libdatachannel did not play and end within {PeerProcess.Deadline.TotalSeconds} s; server: {fixture.Describe()}");
        }
        finally
        {
            End(peer);
        }
    }

    private static Process Start(string script, params int[] arguments) => PeerProcess.Start(
        "node", [Path.Combine(Folder(), script), .. arguments.Select(argument => argument.ToString(CultureInfo.InvariantCulture))]);

    private async Task<WebRtcConnection> ConnectAsync(Process peer, Action<WebRtcConnection, SessionEvent>? onEvent, CancellationToken cancellationToken)
    {
        string offer = (await ReadAsync(peer, cancellationToken)).GetProperty("offer").GetString()!;
        Assert.True(fixture.Server.TryAccept(offer, null, out WebRtcConnection? connection, out string answer, out string? reason), reason);
        connection!.Event += onEvent;
        await peer.StandardInput.WriteLineAsync(JsonSerializer.Serialize(new { answer }));
        await connection.Connected.WaitAsync(cancellationToken);
        return connection;
    }

    private static async Task<JsonElement> ReadAsync(Process peer, CancellationToken cancellationToken)
    {
        string line = await peer.StandardOutput.ReadLineAsync(cancellationToken) ?? throw new InvalidOperationException("libdatachannel's process ended early");
        using JsonDocument document = JsonDocument.Parse(line);
        return document.RootElement.Clone();
    }

    private static void End(Process peer)
    {
        if (!peer.HasExited)
        {
            peer.Kill(entireProcessTree: true);
        }
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
