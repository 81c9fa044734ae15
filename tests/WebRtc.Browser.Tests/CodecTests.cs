using System.Text.Json;
using Microsoft.Playwright;
using Nsn.WebRtc.Browser.Tests.Firefox;
using Nsn.WebRtc.Media;
using Nsn.WebRtc.Transport;

namespace Nsn.WebRtc.Browser.Tests;

/// <summary>Channels of VP9 and H.264: browsers that offer the codec decode it, whatever they like best, and those that do not get the sound.</summary>
[Collection("browsers")]
public class CodecTests(BrowserFixture fixture, FirefoxBrowser firefox)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(MediaCodec.Vp9, "vp9")]
    [InlineData(MediaCodec.H264, "h264")]
    public async Task chromium_plays_what_its_offer_has(MediaCodec codec, string name)
    {
        Assert.SkipUnless(BrowserFixture.IsAvailable, "Chromium is not installed");
        IPage page = await fixture.OpenAsync();
        await PlayAsync(codec, name, expression => page.EvaluateAsync<JsonElement>(expression), () => page.ReloadAsync());
        await page.Context.CloseAsync();
    }

    [Theory]
    [InlineData(MediaCodec.Vp9, "vp9")]
    [InlineData(MediaCodec.H264, "h264")]
    public async Task firefox_plays_what_its_offer_has(MediaCodec codec, string name)
    {
        Assert.SkipUnless(FirefoxBrowser.IsAvailable, "Firefox is not installed");
        FirefoxPage page = await firefox.OpenAsync(fixture.Origin + "/", Cancellation);
        await PlayAsync(codec, name, expression => page.EvaluateAsync(expression, Cancellation), () => page.ReloadAsync(Cancellation));
        await page.CloseAsync(Cancellation);
    }

    private async Task PlayAsync(MediaCodec codec, string name, Func<string, Task<JsonElement>> page, Func<Task> reload)
    {
        Assert.SkipUnless((await page($"canReceive('{name}')")).GetBoolean(), $"This browser was built without {name}.");
        MediaSource source = new(fixture.Server, name, codec);
        fixture.Channels[name] = source;
        using TestChannel channel = new(TestClip.Create(codec, seconds: 3), source);

        // VP8 first: the channel's codec counts, not what the viewer likes best.
        await page($"play('{fixture.Origin}/whep/{name}', {{ codecs: ['vp8', '{name}'] }})");
        JsonElement result = await page("watch(2)");
        JsonElement negotiated = await page("codec()");
        TestContext.Current.SendDiagnosticMessage($"{result} {negotiated}");
        Assert.Equal([name], negotiated.GetProperty("answered").EnumerateArray().Select(answered => answered.GetString()!));
        Assert.Equal("video/" + name, negotiated.GetProperty("decoded").GetString());
        Assert.True(result.GetProperty("frames").GetInt32() > 10, result.ToString());
        Assert.True(result.GetProperty("changed").GetInt32() > 50, result.ToString());
        Assert.Equal(640, result.GetProperty("width").GetInt32());

        // Without the codec in the offer its video section is refused, and the sound plays.
        await reload();
        await page($"play('{fixture.Origin}/whep/{name}', {{ codecs: ['vp8'] }})");
        JsonElement sound = await page("until('sound alone', async () => { const audio = await inbound('audio'); return audio?.totalAudioEnergy > 0 ? audio.totalAudioEnergy : null; })");
        Assert.True(sound.GetDouble() > 0);
        Assert.Equal(0, (await page("codec()")).GetProperty("port").GetInt32());
    }
}
