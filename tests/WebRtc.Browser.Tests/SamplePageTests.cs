using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Nsn.WebRtc.Browser.Tests.Firefox;

namespace Nsn.WebRtc.Browser.Tests;

/// <summary>The sample's page, as a person uses it: it plays without sound, the tone is heard after a click, and it says when the server is gone and comes back with it.</summary>
[Collection("browsers")]
public class SamplePageTests(BrowserFixture fixture, FirefoxBrowser firefox)
{
    // The tone of the test clip; the analyser tells frequencies apart that lie 6 Hz from each other.
    private const string HearsTheTone = """
        [...document.querySelectorAll('#sound dd')].some(value => /^[\d,]+ Hz$/.test(value.textContent) && Math.abs(parseInt(value.textContent) - 440) <= 12)
        """;

    // The sound of the stream, recorded and decoded: the frequency that has most of it, how much of it that is, and how loud it is. Where there is no sound device Firefox never
    // starts an AudioContext, so that its analyser has nothing, not even of an oscillator.
    private const string RecordedTone = """
        (async () => {
          const recorder = new MediaRecorder(new MediaStream(viewer.stream.getAudioTracks()));
          const parts = [];
          recorder.ondataavailable = event => parts.push(event.data);
          const stopped = new Promise(resolve => { recorder.onstop = resolve; });
          recorder.start();
          await wait(2000);
          recorder.stop();
          await stopped;
          const sound = await new OfflineAudioContext(1, 1, 48000).decodeAudioData(await new Blob(parts).arrayBuffer());
          const middle = sound.length >> 1;
          const samples = sound.getChannelData(0).subarray(middle, middle + 9600);
          const energy = samples.reduce((sum, sample) => sum + sample * sample, 0);
          const at = frequency => {
            let [real, imaginary] = [0, 0];
            samples.forEach((sample, index) => {
              const angle = 2 * Math.PI * frequency * index / sound.sampleRate;
              real += sample * Math.cos(angle);
              imaginary += sample * Math.sin(angle);
            });
            return 2 * (real * real + imaginary * imaginary) / samples.length / (energy || 1);
          };
          const tones = Array.from({ length: 200 }, (_, index) => 10 * (index + 1)).map(tone => ({ tone, share: at(tone) }));
          const best = tones.reduce((left, right) => right.share > left.share ? right : left);
          return { ...best, rms: Math.sqrt(energy / samples.length), seconds: sound.duration };
        })()
        """;

    private const string Plays = "document.getElementById('state').dataset.kind === 'good'";
    private const string SaysThatTheServerIsGone = "document.getElementById('message').textContent.startsWith('The server is gone')";
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(120);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task chromium_is_silent_until_a_click_and_survives_the_server()
    {
        Assert.SkipUnless(BrowserFixture.IsAvailable, "Chromium is not installed");
        TestClip clip = TestClip.Create(seconds: 2);
        SampleHost host = await SampleHost.StartAsync(clip);
        try
        {
            // Without the switch that lets the other tests' pages sound by themselves.
            using IPlaywright playwright = await Playwright.CreateAsync();
            await using IBrowser browser = await BrowserFixture.LaunchAsync(playwright, soundsByItself: false);
            IPage page = await browser.NewPageAsync();
            await page.GotoAsync(host.Origin + "/");
            await WaitForAsync(page, "the picture plays", Plays);
            Assert.True(await page.EvaluateAsync<bool>("document.getElementById('video').muted"));
            Assert.Contains("sound is off", await page.TextContentAsync("#sound"), StringComparison.Ordinal);
            await page.ClickAsync("#unmute");
            await WaitForAsync(page, "the tone is heard", HearsTheTone);
            Assert.Equal("running", await page.EvaluateAsync<string>("analyser.context.state"));
            Assert.False(await page.EvaluateAsync<bool>("document.getElementById('video').muted || document.getElementById('video').paused"));
            await KeepPicturesAsync(page);

            string origin = host.Origin;
            await host.DisposeAsync();
            await WaitForAsync(page, "the page says that the server is gone", SaysThatTheServerIsGone);
            host = await SampleHost.StartAsync(clip, origin);
            await WaitForAsync(page, "the picture plays again", Plays);
            await WaitForAsync(page, "the tone is heard again", HearsTheTone);
        }
        finally
        {
            await host.DisposeAsync();
        }
    }

    [Fact]
    public async Task page_says_that_neither_udp_nor_tcp_gets_through_and_comes_back_when_one_does()
    {
        Assert.SkipUnless(BrowserFixture.IsAvailable, "Chromium is not installed");
        await using SampleHost host = await SampleHost.StartAsync(TestClip.Create(seconds: 2));

        // What the server announces leads through ports that lose everything and refuse everything.
        using UdpRelay udp = new(host.Port) { Loss = 1 };
        using Socket refusing = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        refusing.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        int tcpPort = ((IPEndPoint)refusing.LocalEndPoint!).Port;
        int joins = 0;
        IPage page = await (await fixture.Browser.NewContextAsync()).NewPageAsync();
        await page.RouteAsync("**/whep/test", async route =>
        {
            IAPIResponse response = await route.FetchAsync();
            string answer = await response.TextAsync();
            Interlocked.Increment(ref joins);
            answer = Regex.Replace(answer, @"(?<=^a=candidate:\S+ 1 udp \d+ \S+ )\d+", Text(udp.Port), RegexOptions.Multiline | RegexOptions.IgnoreCase);
            answer = Regex.Replace(answer, @"(?<=^a=candidate:\S+ 1 tcp \d+ \S+ )\d+", _ => Text(Volatile.Read(ref tcpPort)), RegexOptions.Multiline | RegexOptions.IgnoreCase);
            await route.FulfillAsync(new RouteFulfillOptions { Response = response, Body = answer });
        });
        await page.GotoAsync(host.Origin + "/");
        await WaitForAsync(page, "the page says that nothing got through yet", Says("Still connecting: neither UDP nor TCP"));
        await WaitForAsync(page, "the page says that there is no way", Says("There is no way to the server: neither UDP nor TCP"));
        Assert.Equal("bad", await page.EvaluateAsync<string>("document.getElementById('state').dataset.kind"));

        // It goes on trying, and goes on saying what is the matter meanwhile.
        int before = Volatile.Read(ref joins);
        await WaitForAsync(page, "the page tries again", $"performance.getEntriesByType('resource').filter(entry => entry.name.endsWith('/whep/test')).length > {before}");
        Assert.True(await page.EvaluateAsync<bool>(Says("There is no way to the server")));
        Volatile.Write(ref tcpPort, host.Port);
        await WaitForAsync(page, "the picture comes over TCP, and the page says so", $"{Plays} && document.getElementById('message').textContent.includes('it comes over TCP')");
        udp.Loss = 0;
        await page.ReloadAsync();
        await WaitForAsync(page, "the picture comes over UDP", $"{Plays} && !document.getElementById('message').textContent.includes('TCP')");
        await page.Context.CloseAsync();

        static string Says(string start) => $"document.getElementById('message').textContent.startsWith('{start}')";

        static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task firefox_plays_the_tone_of_the_sample()
    {
        Assert.SkipUnless(FirefoxBrowser.IsAvailable, "Firefox is not installed");
        await using SampleHost host = await SampleHost.StartAsync(TestClip.Create(seconds: 2));
        FirefoxPage page = await firefox.OpenAsync(host.Origin + "/", Cancellation);
        await WaitForAsync(page, "the picture plays", Plays);
        await page.EvaluateAsync("document.getElementById('unmute').click()", Cancellation);
        Assert.True((await page.EvaluateAsync("!document.getElementById('video').muted && !document.getElementById('video').paused", Cancellation)).GetBoolean());
        JsonElement sound = await page.EvaluateAsync(RecordedTone, Cancellation);
        TestContext.Current.SendDiagnosticMessage($"recorded: {sound}");
        Assert.InRange(sound.GetProperty("tone").GetDouble(), 430, 450);
        Assert.True(sound.GetProperty("share").GetDouble() > 0.5, $"There is little of the tone in the sound: {sound}");
        Assert.True(sound.GetProperty("rms").GetDouble() > 0.005, $"The tone is next to silent: {sound}");

        // The page's own analyser needs a sound device here; without one the page says so instead of nothing.
        await WaitForAsync(page, "the page tells the tone, or that there is no sound device", $"{HearsTheTone} || document.getElementById('sound').textContent.includes('no sound device')");
        JsonElement state = await page.EvaluateAsync("analyser.context.state", Cancellation);
        bool isDeaf = (await page.EvaluateAsync("document.getElementById('sound').textContent.includes('no sound device')", Cancellation)).GetBoolean();
        Assert.Equal(state.GetString() != "running", isDeaf);
        await page.CloseAsync(Cancellation);
    }

    private static async Task WaitForAsync(IPage page, string what, string condition)
    {
        try
        {
            await page.WaitForFunctionAsync("() => " + condition, null, new PageWaitForFunctionOptions { Timeout = (float)Deadline.TotalMilliseconds });
        }
        catch (TimeoutException)
        {
            Assert.Fail($"did not happen within {Deadline.TotalSeconds} s: {what}; the page shows: {await page.InnerTextAsync("body")}");
        }
    }

    private static async Task WaitForAsync(FirefoxPage page, string what, string condition)
    {
        JsonElement shown = await page.EvaluateAsync(
            $"(async () => {{ const end = performance.now() + {Deadline.TotalMilliseconds}; while (!({condition})) {{ if (performance.now() > end) return document.body.innerText; await wait(100); }} }})()",
            Cancellation);
        Assert.True(shown.ValueKind == JsonValueKind.Null, $"did not happen within {Deadline.TotalSeconds} s: {what}; the page shows: {shown}");
    }

    // For a person who looks at them.
    private static async Task KeepPicturesAsync(IPage page)
    {
        if (Environment.GetEnvironmentVariable("NSN_SCREENSHOTS") is not { } folder)
        {
            return;
        }

        foreach ((string name, int width, int height) in new[] { ("desktop", 1_280, 800), ("phone", 390, 844) })
        {
            await page.SetViewportSizeAsync(width, height);
            await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(folder, $"sample-{name}.png"), FullPage = true });
        }
    }
}
