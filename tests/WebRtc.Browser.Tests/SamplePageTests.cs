using Microsoft.Playwright;

namespace Nsn.WebRtc.Browser.Tests;

/// <summary>The sample's page, as a person uses it: it plays without sound, the tone is heard after a click, and it says when the server is gone and comes back with it.</summary>
[Collection("browsers")]
public class SamplePageTests
{
    // The tone of the test clip; the analyser tells frequencies apart that lie 6 Hz from each other.
    private const string HearsTheTone = """
        [...document.querySelectorAll('#sound dd')].some(value => /^[\d,]+ Hz$/.test(value.textContent) && Math.abs(parseInt(value.textContent) - 440) <= 12)
        """;

    private const string Plays = "document.getElementById('state').dataset.kind === 'good'";
    private const string SaysThatTheServerIsGone = "document.getElementById('message').textContent.startsWith('The server is gone')";
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(120);

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
