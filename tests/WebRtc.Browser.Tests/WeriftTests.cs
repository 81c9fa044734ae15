using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Nsn.WebRtc.Browser.Tests;

/// <summary>werift, a WebRTC stack that shares no code with the browsers' or ours, plays and publishes.</summary>
[Collection("browsers")]
public class WeriftTests(BrowserFixture fixture)
{
    private static bool IsAvailable => Directory.Exists(Path.Combine(Folder(), "..", "node_modules", "werift"));

    [Fact]
    public async Task werift_plays_by_whep_and_its_video_decodes()
    {
        Assert.SkipUnless(IsAvailable, "werift is not installed: run tests/prepare");
        string file = Path.Combine(Path.GetTempPath(), "nsn-werift-" + Guid.NewGuid().ToString("N") + ".ivf");
        try
        {
            string output = await PeerProcess.RunAsync("node", Path.Combine(Folder(), "play.mjs"), fixture.Origin + "/whep/test", "60", file);
            TestContext.Current.SendDiagnosticMessage(output);
            using JsonDocument document = JsonDocument.Parse(output);
            JsonElement result = document.RootElement;
            Assert.True(result.GetProperty("frames").GetInt32() >= 60, output);
            Assert.True(result.GetProperty("keyFrames").GetInt32() >= 1, output);
            Assert.True(result.GetProperty("audioPackets").GetInt32() >= 20, output);
            Assert.True(result.GetProperty("echoed").GetBoolean(), output);
            Assert.Equal(200, result.GetProperty("hungUp").GetInt32());
            string hashes = await PeerProcess.RunAsync("ffmpeg", "-v", "error", "-i", file, "-f", "framemd5", "-");
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
        using Process publisher = PeerProcess.Start("node", Path.Combine(Folder(), "publish.mjs"), fixture.Origin + "/whip-werift");
        await PublisherTest.WatchAsync(publisher, new Uri(fixture.Origin + "/watch-werift"), frames: 30);
    }

    private static string Folder([CallerFilePath] string thisFile = "") => Path.Combine(Path.GetDirectoryName(thisFile)!, "Werift");
}
