using System.Text.Json;
using Nsn.WebRtc.Browser.Tests.Firefox;

namespace Nsn.WebRtc.Browser.Tests;

[Collection("browsers")]
public class FirefoxPlaysTests(BrowserFixture fixture, FirefoxBrowser firefox) : IClassFixture<FirefoxBrowser>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task firefox_plays_picture_and_sound()
    {
        Assert.SkipUnless(FirefoxBrowser.IsAvailable, "Firefox is not installed");
        FirefoxPage page = await firefox.OpenAsync(fixture.Origin + "/", Cancellation);
        await page.EvaluateAsync($"play('{fixture.Origin}/whep/test')", Cancellation);
        JsonElement result = await WatchAsync(page, 10);
        Assert.True(result.GetProperty("frames").GetInt32() > 100, result.ToString());
        Assert.True(result.GetProperty("changed").GetInt32() > 50, result.ToString());
        Assert.True(result.GetProperty("energy").GetDouble() > 0, result.ToString());
        Assert.True(result.GetProperty("lost").GetInt32() <= 10, result.ToString());
        Assert.Contains("GCM", result.GetProperty("srtp").GetString(), StringComparison.Ordinal);
        await page.CloseAsync(Cancellation);
    }

    [Fact]
    public async Task firefox_plays_on_after_an_ice_restart_and_again_after_each_reload()
    {
        Assert.SkipUnless(FirefoxBrowser.IsAvailable, "Firefox is not installed");
        FirefoxPage page = await firefox.OpenAsync(fixture.Origin + "/", Cancellation);
        await page.EvaluateAsync($"play('{fixture.Origin}/whep/test')", Cancellation);
        await WatchAsync(page, 0);
        JsonElement restart = await page.EvaluateAsync("restart()", Cancellation);
        Assert.Equal(200, restart.GetProperty("status").GetInt32());
        Assert.True(restart.GetProperty("tag").GetBoolean());
        JsonElement result = await WatchAsync(page, 3);
        Assert.True(result.GetProperty("frames").GetInt32() > 30, result.ToString());
        for (int join = 0; join < 3; join++)
        {
            await page.ReloadAsync(Cancellation);
            await page.EvaluateAsync($"play('{fixture.Origin}/whep/test')", Cancellation);
            await WatchAsync(page, 0);
        }

        await page.CloseAsync(Cancellation);
    }

    [Fact]
    public async Task firefox_data_channel_carries_megabytes_both_ways()
    {
        Assert.SkipUnless(FirefoxBrowser.IsAvailable, "Firefox is not installed");
        FirefoxPage page = await firefox.OpenAsync(fixture.Origin + "/", Cancellation);
        await page.EvaluateAsync($"play('{fixture.Origin}/whep/test', {{ data: 'echo', dataOnly: true }})", Cancellation);
        JsonElement result = await page.EvaluateAsync("echo(8)", Cancellation);
        TestContext.Current.SendDiagnosticMessage(result.ToString());
        Assert.True(result.GetProperty("same").GetBoolean(), result.ToString());
        await page.CloseAsync(Cancellation);
    }

    [Fact]
    public async Task where_udp_is_blocked_firefox_plays_over_ice_tcp()
    {
        Assert.SkipUnless(FirefoxBrowser.IsAvailable, "Firefox is not installed");
        FirefoxPage page = await firefox.OpenAsync(fixture.Origin + "/", Cancellation);
        await page.EvaluateAsync($"play('{fixture.Origin}/whep/test', {{ tcp: true }})", Cancellation);
        JsonElement result = await WatchAsync(page, 2);
        Assert.True(result.GetProperty("frames").GetInt32() > 20, result.ToString());
        JsonElement path = await page.EvaluateAsync("path()", Cancellation);
        Assert.Equal("tcp", path.GetProperty("protocol").GetString());
        await page.CloseAsync(Cancellation);
    }

    [Fact]
    public async Task camera_published_by_firefox_is_watched_by_firefox()
    {
        Assert.SkipUnless(FirefoxBrowser.IsAvailable, "Firefox is not installed");
        FirefoxPage publisher = await firefox.OpenAsync(fixture.Origin + "/", Cancellation);
        await publisher.EvaluateAsync($"publish('{fixture.Origin}/whip-firefox')", Cancellation);
        FirefoxPage viewer = await firefox.OpenAsync(fixture.Origin + "/", Cancellation);
        await viewer.EvaluateAsync($"play('{fixture.Origin}/watch-firefox')", Cancellation);
        JsonElement result = await WatchAsync(viewer, 5);

        // Two pages that encode and decode: a busy machine may need some windows to come to speed.
        for (int window = 1; window < 8 && result.GetProperty("frames").GetInt32() <= 20; window++)
        {
            result = await WatchAsync(viewer, 5);
        }

        Assert.True(result.GetProperty("frames").GetInt32() > 20, result.ToString());
        await publisher.CloseAsync(Cancellation);
        await viewer.CloseAsync(Cancellation);
    }

    private async Task<JsonElement> WatchAsync(FirefoxPage page, int seconds)
    {
        try
        {
            JsonElement result = await page.EvaluateAsync($"watch({seconds})", Cancellation);
            TestContext.Current.SendDiagnosticMessage(result.ToString());
            return result;
        }
        catch (InvalidOperationException exception)
        {
            JsonElement state = await page.EvaluateAsync(
                "session.pc.iceConnectionState + ' ' + session.pc.connectionState + ' ' + session.answer + ' ' + session.pc.localDescription.sdp", Cancellation);
            throw new InvalidOperationException($"{exception.Message}\nserver: {fixture.Describe()}\npage: {state}", exception);
        }
    }
}
