using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Nsn.WebRtc.Client;
using Nsn.WebRtc.Media;
using Nsn.WebRtc.Sessions;

namespace Nsn.WebRtc.Browser.Tests;

/// <summary>werift, a WebRTC stack that shares no code with the browsers' or ours, plays and publishes.</summary>
[Collection("browsers")]
public class WeriftTests(BrowserFixture fixture)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(240);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static bool IsAvailable => Directory.Exists(Path.Combine(Folder(), "..", "node_modules", "werift"));

    [Fact]
    public async Task werift_plays_by_whep_and_its_video_decodes()
    {
        Assert.SkipUnless(IsAvailable, "werift is not installed: run tests/prepare");
        string file = Path.Combine(Path.GetTempPath(), "nsn-werift-" + Guid.NewGuid().ToString("N") + ".ivf");
        try
        {
            string output = await RunAsync("node", [Path.Combine(Folder(), "play.mjs"), fixture.Origin + "/whep/test", "60", file]);
            TestContext.Current.SendDiagnosticMessage(output);
            using JsonDocument document = JsonDocument.Parse(output);
            JsonElement result = document.RootElement;
            Assert.True(result.GetProperty("frames").GetInt32() >= 60, output);
            Assert.True(result.GetProperty("keyFrames").GetInt32() >= 1, output);
            Assert.True(result.GetProperty("audioPackets").GetInt32() >= 20, output);
            Assert.True(result.GetProperty("echoed").GetBoolean(), output);
            Assert.Equal(200, result.GetProperty("hungUp").GetInt32());
            string hashes = await RunAsync("ffmpeg", ["-v", "error", "-i", file, "-f", "framemd5", "-"]);
            int pictures = hashes.Split('\n').Where(line => line.StartsWith('0')).Select(line => line.Split(',')[^1]).Distinct().Count();
            Assert.True(pictures > 30, $"ffmpeg found {pictures} different pictures in what werift received");
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task werift_publishes_by_whip_and_our_client_watches()
    {
        Assert.SkipUnless(IsAvailable, "werift is not installed: run tests/prepare");
        using Process publisher = Start("node", [Path.Combine(Folder(), "publish.mjs"), fixture.Origin + "/whip-werift"]);
        try
        {
            using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
            deadline.CancelAfter(Deadline);
            Assert.Equal("publishing", await publisher.StandardOutput.ReadLineAsync(deadline.Token));
            using HttpClient http = new();
            await using WebRtcClient client = new(http, new WebRtcClientOptions { DataChannels = false });
            TaskCompletionSource enough = new(TaskCreationOptions.RunContinuationsAsynchronously);
            int video = 0;
            int audio = 0;
            client.Connection.Event += (_, sessionEvent) =>
            {
                if (sessionEvent is FrameReceived received && (received.Frame.Codec == MediaCodec.Opus ? ++audio : ++video) > 0 && video >= 30 && audio >= 30)
                {
                    enough.TrySetResult();
                }
            };
            await client.ConnectAsync(new Uri(fixture.Origin + "/watch-werift"), deadline.Token);
            await enough.Task.WaitAsync(deadline.Token);
        }
        finally
        {
            publisher.StandardInput.Close();
            await publisher.WaitForExitAsync(CancellationToken.None);
        }
    }

    private static string Folder([CallerFilePath] string thisFile = "") => Path.Combine(Path.GetDirectoryName(thisFile)!, "Werift");

    private static Process Start(string program, string[] arguments) => Process.Start(new ProcessStartInfo(program, arguments)
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = false,
    })!;

    private static async Task<string> RunAsync(string program, string[] arguments)
    {
        using Process process = Start(program, arguments);
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        deadline.CancelAfter(Deadline);
        try
        {
            string output = await process.StandardOutput.ReadToEndAsync(deadline.Token);
            await process.WaitForExitAsync(deadline.Token);
            Assert.True(process.ExitCode == 0, $"{program} ended with {process.ExitCode}: {output}");
            return output;
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }
}
