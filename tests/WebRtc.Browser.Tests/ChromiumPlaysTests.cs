using System.Text.Json;
using Microsoft.Playwright;

namespace Nsn.WebRtc.Browser.Tests;

public class ChromiumPlaysTests(BrowserFixture fixture)
{
    [Fact]
    public async Task chromium_plays_picture_and_sound_without_loss()
    {
        Assert.SkipUnless(BrowserFixture.IsAvailable, "Chromium is not installed");
        IPage page = await fixture.OpenAsync();
        await page.EvaluateAsync("url => play(url)", fixture.Origin + "/whep/test");
        JsonElement result = await WatchAsync(page);
        TestContext.Current.SendDiagnosticMessage(result.ToString());
        Assert.True(result.GetProperty("frames").GetInt32() > 100, result.ToString());
        Assert.True(result.GetProperty("changed").GetInt32() > 50, result.ToString());
        Assert.True(result.GetProperty("energy").GetDouble() > 0, result.ToString());
        Assert.Equal(0, result.GetProperty("lost").GetInt32());
        Assert.Equal("AES_CM_128_GCM", result.GetProperty("srtp").GetString()!.Replace("SRTP_AEAD_AES_128_GCM", "AES_CM_128_GCM", StringComparison.Ordinal));
        await page.Context.CloseAsync();
    }

    private async Task<JsonElement> WatchAsync(IPage page)
    {
        try
        {
            return await page.EvaluateAsync<JsonElement>("() => watch(5)");
        }
        catch (PlaywrightException exception)
        {
            string state = await page.EvaluateAsync<string>("() => session.pc.iceConnectionState + ' ' + session.pc.connectionState + ' ' + session.answer");
            throw new InvalidOperationException($"{exception.Message}\nserver: {fixture.Describe()}\npage: {state}", exception);
        }
    }
}
