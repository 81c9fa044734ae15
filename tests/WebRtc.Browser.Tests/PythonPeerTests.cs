using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Nsn.WebRtc.Browser.Tests;

/// <summary>GStreamer's webrtcbin plays and publishes, aiortc uses a data channel: stacks of Debian's with Python scripts around them.</summary>
[Collection("browsers")]
public class PythonPeerTests(BrowserFixture fixture)
{
    private const string Python = "/usr/bin/python3";
    private const string GStreamerPackages =
        "GStreamer is not installed: apt-get install gstreamer1.0-nice gstreamer1.0-plugins-bad gstreamer1.0-plugins-good gir1.2-gst-plugins-bad-1.0 python3-gi";

    private static bool HasGStreamer => File.Exists(Python) && Directory.EnumerateFiles("/usr/lib", "libgstnice.so", SearchDepth).Any()
        && Directory.EnumerateFiles("/usr/lib", "GstWebRTC-1.0.typelib", SearchDepth).Any() && Directory.Exists("/usr/lib/python3/dist-packages/gi");

    private static bool HasAiortc => File.Exists(Python) && Directory.Exists("/usr/lib/python3/dist-packages/aiortc");

    private static EnumerationOptions SearchDepth => new() { RecurseSubdirectories = true, MaxRecursionDepth = 3, IgnoreInaccessible = true };

    [Fact]
    public async Task gstreamer_plays_by_whep_and_decodes()
    {
        Assert.SkipUnless(HasGStreamer, GStreamerPackages);
        string output = await PeerProcess.RunAsync(Python, Script("GStreamer", "play.py"), fixture.Origin + "/whep/test", "60");
        TestContext.Current.SendDiagnosticMessage(output);
        using JsonDocument document = JsonDocument.Parse(output);
        JsonElement result = document.RootElement;
        Assert.False(result.TryGetProperty("error", out _), output);
        Assert.True(result.GetProperty("frames").GetInt32() >= 60, output);
        Assert.True(result.GetProperty("pictures").GetInt32() > 30, output);
        Assert.True(result.GetProperty("loudest").GetInt32() > 1_000, output);
        Assert.True(result.GetProperty("echoed").GetBoolean(), output);
        Assert.Equal(200, result.GetProperty("hungUp").GetInt32());
    }

    [Fact]
    public async Task gstreamer_publishes_by_whip_and_our_client_watches()
    {
        Assert.SkipUnless(HasGStreamer, GStreamerPackages);
        using Process publisher = PeerProcess.Start(Python, Script("GStreamer", "publish.py"), fixture.Origin + "/whip-gstreamer");
        await PublisherTest.WatchAsync(publisher, new Uri(fixture.Origin + "/watch-gstreamer"), frames: 30);
    }

    [Fact]
    public async Task aiortc_gets_its_messages_back_in_order()
    {
        Assert.SkipUnless(HasAiortc, "aiortc is not installed: apt-get install python3-aiortc");
        string output = await PeerProcess.RunAsync(Python, Script("Aiortc", "echo.py"), fixture.Origin + "/whep/test", "100");
        TestContext.Current.SendDiagnosticMessage(output);
        using JsonDocument document = JsonDocument.Parse(output);
        Assert.True(document.RootElement.GetProperty("same").GetBoolean(), output);
        Assert.Equal(200, document.RootElement.GetProperty("hungUp").GetInt32());
    }

    private static string Script(string folder, string name, [CallerFilePath] string thisFile = "") => Path.Combine(Path.GetDirectoryName(thisFile)!, folder, name);
}
