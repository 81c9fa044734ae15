using System.Diagnostics;
using System.Text.Json;
using Microsoft.Playwright;
using Nsn.WebRtc.Browser.Tests.Firefox;
using Nsn.WebRtc.Transport;

namespace Nsn.WebRtc.Browser.Tests;

/// <summary>Browsers publish their camera in three sizes; a viewer gets the one that is chosen for it, or that its link carries, and changes at a key frame.</summary>
[Collection("browsers")]
public class SimulcastTests(BrowserFixture fixture, FirefoxBrowser firefox)
{
    private const string Encodings = """
        [{ rid: 's', scaleResolutionDownBy: 4, maxBitrate: 150000 }, { rid: 'm', scaleResolutionDownBy: 2, maxBitrate: 400000 }, { rid: 'l', maxBitrate: 1200000 }]
        """;

    private const int RoundsMax = 3;
    private static readonly string[] Rids = ["s", "m", "l"];

    // Browsers raise their rate step by step before they send the larger encodings, and a busy machine encodes late.
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(120);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task viewer_of_a_simulcast_goes_down_with_its_link_and_up_again_without_a_stop()
    {
        Assert.SkipUnless(BrowserFixture.IsAvailable, "Chromium is not installed");
        const string Name = "chromium-simulcast";
        using UdpRelay relay = new(fixture.Server.Port);
        IPage publisher = await fixture.OpenAsync();
        await PublishAsync(Name, expression => publisher.EvaluateAsync<JsonElement>(expression));
        IPage page = await fixture.OpenAsync();

        // What comes into the same page without the narrow link, in the smallest size: a machine that is busy stops both.
        await page.EvaluateAsync("url => play(url, { name: 'control', element: 'control' })", $"{fixture.Origin}/watch-{Name}");
        WebRtcConnection control = Assert.Single(fixture.PublishedBy[Name].Viewers);
        control.Use((session, _) => session.TargetEncoding = 0);
        await page.EvaluateAsync("args => play(args.url, { port: args.port })", new { url = $"{fixture.Origin}/watch-{Name}", port = relay.Port });
        WebRtcConnection viewer = Assert.Single(fixture.PublishedBy[Name].Viewers, connection => connection != control);
        await WaitForSizeAsync("the largest size on a wide link", size => size == 2);
        double pause = double.MaxValue;
        for (int round = 0; round < RoundsMax && pause > 2_000; round++)
        {
            double from = await page.EvaluateAsync<double>("performance.now()");
            relay.LinkBitsPerSecond = 500_000;
            await WaitForSizeAsync("a smaller size on a narrow link", size => size < 2);
            relay.LinkBitsPerSecond = 0;
            await WaitForSizeAsync("the largest size on a link that is wide again", size => size == 2);
            pause = await page.EvaluateAsync<double>("from => longestPauseOfItsOwn(from, performance.now())", from);
            TestContext.Current.SendDiagnosticMessage($"the picture stood still for {pause:F0} ms; {viewer.Use((session, _) => session.EncodingSwitches)} changes so far");
        }

        Assert.True(pause <= 2_000, $"In each of {RoundsMax} rounds the picture stood still for more than 2 s longer than the one beside it; in the last one for {pause:F0} ms.");
        await publisher.Context.CloseAsync();
        await page.Context.CloseAsync();

        async Task WaitForSizeAsync(string what, Func<int, bool> isRight)
        {
            JsonElement decoded = await WaitForSizeOfRidAsync(what, viewer, expression => publisher.EvaluateAsync<JsonElement>(expression), expression => page.EvaluateAsync<JsonElement>(expression), isRight);
            TestContext.Current.SendDiagnosticMessage($"{what}: {decoded}");
        }
    }

    [Fact]
    public async Task viewer_of_chromium_gets_the_size_that_is_wished()
    {
        Assert.SkipUnless(BrowserFixture.IsAvailable, "Chromium is not installed");
        IPage publisher = await fixture.OpenAsync();
        IPage viewer = await fixture.OpenAsync();
        await WishEachAsync("chromium-wishes", expression => publisher.EvaluateAsync<JsonElement>(expression), expression => viewer.EvaluateAsync<JsonElement>(expression));
        await publisher.Context.CloseAsync();
        await viewer.Context.CloseAsync();
    }

    [Fact]
    public async Task viewer_of_firefox_gets_the_size_that_is_wished()
    {
        Assert.SkipUnless(FirefoxBrowser.IsAvailable, "Firefox is not installed");
        FirefoxPage publisher = await firefox.OpenAsync(fixture.Origin + "/", Cancellation);
        FirefoxPage viewer = await firefox.OpenAsync(fixture.Origin + "/", Cancellation);
        await WishEachAsync("firefox-wishes", expression => publisher.EvaluateAsync(expression, Cancellation), expression => viewer.EvaluateAsync(expression, Cancellation));
        await publisher.CloseAsync(Cancellation);
        await viewer.CloseAsync(Cancellation);
    }

    /// <summary>Down, up by two, down by one: each step begins with a key frame that the publisher is asked for.</summary>
    private async Task WishEachAsync(string name, Func<string, Task<JsonElement>> publisher, Func<string, Task<JsonElement>> viewer)
    {
        await PublishAsync(name, publisher);
        await viewer($"play('{fixture.Origin}/watch-{name}')");
        WebRtcConnection connection = Assert.Single(fixture.PublishedBy[name].Viewers);
        await WaitAsync("three encodings are sent", () => publisher("sent()"), sent => Rids.All(rid => sent.TryGetProperty(rid, out _)), fixture.Describe);
        foreach (int encoding in new[] { 0, 2, 1 })
        {
            int keyFrames = (await viewer("decoded()")).GetProperty("keyFrames").GetInt32();
            int before = connection.Use((session, _) => session.CurrentEncoding);
            connection.Use((session, _) => session.TargetEncoding = encoding);
            JsonElement decoded = await WaitForSizeOfRidAsync($"the viewer decodes what rid {Rids[encoding]} has", connection, publisher, viewer, size => size == encoding);
            Assert.True(before == encoding || decoded.GetProperty("keyFrames").GetInt32() > keyFrames, $"The encoding changed without a key frame: {decoded}");
            int frames = decoded.GetProperty("frames").GetInt32();
            await WaitAsync("the pictures go on", () => viewer("decoded()"), seen => seen.GetProperty("frames").GetInt32() >= frames + 5, fixture.Describe);
            TestContext.Current.SendDiagnosticMessage($"encoding {encoding}: {decoded}");
        }
    }

    private async Task PublishAsync(string name, Func<string, Task<JsonElement>> publisher)
    {
        JsonElement answer = await publisher($"publish('{fixture.Origin}/whip-{name}', {Encodings})");
        Assert.Contains("a=simulcast:recv s;m;l", answer.GetString(), StringComparison.Ordinal);
    }

    /// <summary>Waits until what is decoded is as wide as what goes out under a rid that is right, and the server says that it sends this one.</summary>
    private async Task<JsonElement> WaitForSizeOfRidAsync(
        string what, WebRtcConnection connection, Func<string, Task<JsonElement>> publisher, Func<string, Task<JsonElement>> viewer, Func<int, bool> isRight)
    {
        JsonElement sent = default;
        return await WaitAsync(
            what,
            async () =>
            {
                sent = await publisher("sent()");
                return await viewer("decoded()");
            },
            decoded => Array.FindIndex(Rids, rid => sent.TryGetProperty(rid, out JsonElement stream) && stream.GetProperty("width").GetInt32() == decoded.GetProperty("width").GetInt32()) is >= 0 and int size
                && isRight(size) && size == connection.Use((session, _) => session.CurrentEncoding),
            () => $"{Describe(connection)}, the publisher sends {sent}, {fixture.Describe()}");
    }

    private static string Describe(WebRtcConnection connection) => connection.Use((session, _) =>
        $"encoding {session.CurrentEncoding} goes to the viewer, {session.TargetEncoding} is wanted, {session.EstimatedBitrate} bit/s are estimated after {session.Probes} probes");

    private static async Task<JsonElement> WaitAsync(string what, Func<Task<JsonElement>> read, Func<JsonElement, bool> isSo, Func<string> describe)
    {
        Stopwatch clock = Stopwatch.StartNew();
        while (true)
        {
            JsonElement value = await read();
            if (isSo(value))
            {
                return value;
            }

            Assert.True(clock.Elapsed < Deadline, $"did not happen within {Deadline.TotalSeconds} s: {what}; the page tells {value}; {describe()}");
            await Task.Delay(50, Cancellation);
        }
    }
}
