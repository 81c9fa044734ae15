using System.Text.Json;
using Nsn.WebRtc.Browser.Tests.Firefox;

namespace Nsn.EndToEnd.Tests;

/// <summary>The page in Firefox, which is another WebCrypto and another MediaSource than those of the other tests.</summary>
public sealed class FirefoxTests(StackFixture stack, FirefoxBrowser firefox) : IClassFixture<FirefoxBrowser>
{
    // A machine without a sound card may have no clock for what is heard: so the clip's sound is decoded beside it.
    private const string Sound = """
        (async slot => {
          const bytes = await (await fetch(`/api/slots/${slot}/recording`)).arrayBuffer();
          const sound = await new OfflineAudioContext(1, 48_000, 48_000).decodeAudioData(bytes);
          const samples = sound.getChannelData(0);
          return {
            plays: document.querySelector('video').mozHasAudio,
            seconds: sound.duration, energy: Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length),
          };
        })
        """;

    private const string Look = """
        (() => {
          const video = document.querySelector('video');
          if (video === null) return null;
          const canvas = document.createElement('canvas');
          canvas.width = canvas.height = 16;
          const context = canvas.getContext('2d');
          context.drawImage(video, 0, 0, 16, 16);
          const pixels = context.getImageData(0, 0, 16, 16).data, fields = [];
          for (let i = 0; i < pixels.length; i += 4) fields.push((pixels[i] + pixels[i + 1] + pixels[i + 2]) / 3);
          return {
            verdict: document.querySelector('.headline [data-verdict]')?.dataset.verdict ?? null,
            badge: document.querySelector('[data-testid=badge]')?.textContent ?? '',
            visible: getComputedStyle(video).visibility === 'visible',
            fields, time: video.currentTime, width: video.videoWidth,
            connection: document.querySelector('.connection')?.title ?? '',
          };
        })()
        """;

    private const string Statistics = """
        Object.fromEntries([...document.querySelectorAll('.statistics dl > div')].map(row => [row.querySelector('dt').textContent, row.querySelector('dd').textContent]))
        """;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("auto", "WebRTC data channel")]
    [InlineData("http", "HTTP")]
    public async Task Firefox_checks_and_plays_the_channel(string choice, string transport)
    {
        Assert.SkipUnless(FirefoxBrowser.IsAvailable, "Firefox is not installed");
        var slot = (await stack.CertifiedSlotAsync(0)).GetProperty("slot").GetUInt64();
        var page = await firefox.OpenAsync(stack.Gateway.ToString(), Cancellation);
        await page.EvaluateAsync($$"""localStorage.setItem('nsn.viewer.settings', JSON.stringify({ transport: '{{choice}}' }))""", Cancellation);
        await page.ReloadAsync(Cancellation);

        var first = await SeesAsync(page, "certified video is on the screen", seen =>
            seen.GetProperty("verdict").GetString() == "certified" && seen.GetProperty("visible").GetBoolean() && seen.GetProperty("time").GetDouble() > 0);
        Assert.Matches("[345] of 5 directors", first.GetProperty("badge").GetString());
        Assert.True(first.GetProperty("width").GetInt32() >= 256, first.ToString());
        var fields = Fields(first);
        Assert.True(fields.Max() - fields.Min() > 30, "the picture is flat");
        await SeesAsync(page, "the picture moves", seen => Fields(seen).Zip(fields, (now, before) => Math.Abs(now - before)).Max() > 4);

        var sound = await page.EvaluateAsync($"{Sound}({slot})", Cancellation);
        Assert.True(sound.GetProperty("plays").GetBoolean(), "the video has no sound");
        Assert.True(sound.GetProperty("seconds").GetDouble() > 1 && sound.GetProperty("energy").GetDouble() > 0.005, sound.ToString());

        await page.EvaluateAsync("document.querySelector('[aria-label=Statistics]').click()", Cancellation);
        var told = await Eventually.HoldsAsync(
            $"the statistics say that chunks came over {transport}",
            () => page.EvaluateAsync(Statistics, Cancellation),
            rows => rows.TryGetProperty("Transport", out var way) && way.GetString() == transport
                && !rows.GetProperty("Chunks").GetString()!.StartsWith("0 checked", StringComparison.Ordinal),
            120,
            async () => (await page.EvaluateAsync(Statistics, Cancellation)).ToString());
        Assert.Equal("0", told.GetProperty("Failed checks").GetString());

        // What the directors of this very network had sealed, opened by the page.
        await Eventually.HoldsAsync(
            "at least three commitments are opened",
            () => page.EvaluateAsync("[...document.querySelectorAll('[data-testid=opening]')].map(row => row.dataset.state)", Cancellation),
            states => states.EnumerateArray().Count(state => state.GetString() == "opened") >= 3 && states.EnumerateArray().All(state => state.GetString() != "wrong"),
            120,
            async () => (await page.EvaluateAsync("document.querySelector('.panel').innerText", Cancellation)).ToString());
        await page.CloseAsync(Cancellation);
    }

    private static double[] Fields(JsonElement seen) => [.. seen.GetProperty("fields").EnumerateArray().Select(field => field.GetDouble())];

    private static Task<JsonElement> SeesAsync(FirefoxPage page, string what, Func<JsonElement, bool> holds) => Eventually.HoldsAsync(
        $"in Firefox {what}", () => page.EvaluateAsync(Look, Cancellation), seen => seen.ValueKind == JsonValueKind.Object && holds(seen), 300, async () => (await page.EvaluateAsync("document.body.innerText", Cancellation)).ToString());
}
