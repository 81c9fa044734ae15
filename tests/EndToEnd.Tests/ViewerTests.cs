using System.Text.Json;
using Microsoft.Playwright;

namespace Nsn.EndToEnd.Tests;

/// <summary>A person with a browser: sees certified video with sound, types a prompt, sees it on air.</summary>
public sealed class ViewerTests(StackFixture stack)
{
    // Mean luminance of sixteen by sixteen fields: enough to see that a picture moves, and that it is a picture.
    private const string Look = """
        video => {
          const canvas = document.createElement('canvas'); canvas.width = canvas.height = 16;
          const context = canvas.getContext('2d'); context.drawImage(video, 0, 0, 16, 16);
          const pixels = context.getImageData(0, 0, 16, 16).data; const fields = [];
          for (let i = 0; i < pixels.length; i += 4) fields.push((pixels[i] + pixels[i + 1] + pixels[i + 2]) / 3);
          return { time: video.currentTime, width: video.videoWidth, sound: video.webkitAudioDecodedByteCount, frames: video.getVideoPlaybackQuality().totalVideoFrames, fields };
        }
        """;

    [Fact]
    public async Task The_channel_plays_certified_video_with_sound_and_a_prompt_gets_on_air()
    {
        await stack.CertifiedSlotAsync(0);
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await BrowserPage.LaunchAsync(playwright);
        var viewer = await BrowserPage.OpenAsync(browser, stack.Gateway);
        var page = viewer.Page;
        var errors = new List<string>();
        page.PageError += (_, error) => errors.Add(error);

        await viewer.SeesAsync("certified");
        var video = page.GetByTestId("video");
        var first = await Eventually.HoldsAsync(
            "the video plays with sound",
            () => video.EvaluateAsync<JsonElement>(Look),
            seen => seen.GetProperty("time").GetDouble() > 0 && seen.GetProperty("sound").GetInt64() > 0 && seen.GetProperty("frames").GetInt32() > 10);
        Assert.True(first.GetProperty("width").GetInt32() >= 256);
        var fields = first.GetProperty("fields").EnumerateArray().Select(field => field.GetDouble()).ToArray();
        Assert.True(fields.Max() - fields.Min() > 30, "the picture is flat");
        await Eventually.HoldsAsync(
            "the picture moves",
            () => video.EvaluateAsync<JsonElement>(Look),
            seen => seen.GetProperty("fields").EnumerateArray().Select((field, index) => Math.Abs(field.GetDouble() - fields[index])).Max() > 4);

        const string prompt = "a king with a crown in a library at night";
        var wish = page.GetByTestId("wish").First;
        var asked = await SlotHasJustBegunAsync();
        await SendAsync(page, prompt);
        await Eventually.HoldsAsync(
            "the prompt is on air",
            async () =>
            {
                var state = await wish.GetAttributeAsync("data-state");
                if (state == "failed")
                {
                    // On a busy machine its slots may run out of time: then a person asks again.
                    asked = await SlotHasJustBegunAsync();
                    await SendAsync(page, prompt);
                }

                return state;
            },
            state => state is "on-air" or "aired",
            otherwise: () => wish.InnerTextAsync());
        Assert.Empty(errors);

        // What the directors certified is what was asked for, by the recipe that the certificate names.
        var listed = await stack.GetAsync("/api/slots?limit=20");
        var slot = listed.GetProperty("items").EnumerateArray().FirstOrDefault(candidate =>
            candidate.GetProperty("prompt").GetString() == prompt && candidate.GetProperty("state").GetString() == "certified");
        Assert.True(slot.ValueKind == JsonValueKind.Object, $"no certified slot has this prompt: {listed}");
        Assert.Equal("viewer", slot.GetProperty("origin").GetString());
        Assert.InRange(slot.GetProperty("votes").GetInt32(), 3, 5);

        // Within three slots: nobody's turn came before it. (A slot for which a busy machine has no time has no recipe and is not in the list.)
        var number = slot.GetProperty("slot").GetUInt64();
        Assert.DoesNotContain(
            listed.GetProperty("items").EnumerateArray(),
            other => other.GetProperty("slot").GetUInt64() >= asked.LatestForPrompt && other.GetProperty("slot").GetUInt64() < number && other.GetProperty("prompt").GetString() != prompt);
    }

    /// <summary>Joining: from opening the page to the first picture.</summary>
    [Fact]
    public async Task A_viewer_has_a_picture_as_soon_as_the_machine_allows()
    {
        // The aim is two seconds; bench/OnAir.Bench measures it on a machine at rest. Here silos make clips on the same cores, on a machine of
        // any speed. So it is held against what the same browser takes meanwhile for a page that does nothing but play one of the channel's clips.
        const int Joins = 3;
        const double AimSeconds = 2, Factor = 6;
        var slot = (await stack.CertifiedSlotAsync(0)).GetProperty("slot").GetUInt64();
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await BrowserPage.LaunchAsync(playwright);
        var (joins, plain) = (new List<double>(), new List<double>());
        for (var i = 0; i < Joins; i++)
        {
            plain.Add(await FirstPictureAsync(browser, new Uri(stack.Gateway, $"/api/slots/{slot}/recording")));
            joins.Add(await FirstPictureAsync(browser, stack.Gateway));
        }

        joins.Sort();
        plain.Sort();
        var allowed = Math.Max(AimSeconds, Factor * plain[Joins / 2]);
        TestContext.Current.TestOutputHelper?.WriteLine($"joins: {string.Join(", ", joins)} s; a plain clip: {string.Join(", ", plain)} s");
        Assert.True(joins[Joins / 2] <= allowed, $"joins took {string.Join(", ", joins)} s, a plain clip {string.Join(", ", plain)} s");
    }

    /// <summary>Seconds from opening an address until a video in it has shown its first picture, in a browser that has never been there.</summary>
    private static async Task<double> FirstPictureAsync(IBrowser browser, Uri address)
    {
        const string Watch = """
            new MutationObserver(() => {
              const video = document.querySelector('video');
              if (!video || video.followed) return;
              video.followed = true;
              video.requestVideoFrameCallback(() => globalThis.firstPicture ??= performance.now());
            }).observe(document, { subtree: true, childList: true });
            """;
        await using var context = await browser.NewContextAsync();
        var page = await context.NewPageAsync();
        await page.AddInitScriptAsync(Watch);
        await page.EvaluateAsync("new Promise(resolve => requestIdleCallback(resolve))"); // what a browser starts for a new tab is not part of it
        await page.GotoAsync(address.ToString());
        return await Eventually.HoldsAsync(
            $"{address} shows a picture", () => page.EvaluateAsync<double>("globalThis.firstPicture ?? 0"), at => at > 0) / 1000;
    }

    /// <summary>
    /// Waits until a slot begins, while nobody's prompt waits: whoever asks now gets the first slot whose work has not begun. That is on air
    /// within three slots where devices keep up; where they do not, work begins earlier (ChannelPace), and a prompt is on air so much later.
    /// </summary>
    private async Task<Moment> SlotHasJustBegunAsync()
    {
        ulong? before = null;
        return await Eventually.HoldsAsync(
            "a slot begins while no prompt waits",
            async () =>
            {
                var channel = await stack.GetAsync("/api/channels/main");
                var onAir = channel.GetProperty("slot").GetUInt64();
                var newest = (await stack.GetAsync("/api/slots?limit=1")).GetProperty("items")[0].GetProperty("slot").GetUInt64();
                var begins = before is { } last && onAir == last + 1 && channel.GetProperty("queueLength").GetInt32() == 0;
                before = onAir;
                return new Moment(begins, onAir, newest);
            },
            moment => moment.Begins);
    }

    /// <summary>When a prompt is sent.</summary>
    /// <param name="Begins">Whether a slot has just begun.</param>
    /// <param name="OnAir">That slot.</param>
    /// <param name="Newest">The last slot whose work has begun.</param>
    private sealed record Moment(bool Begins, ulong OnAir, ulong Newest)
    {
        /// <summary>The last slot that a prompt of now may be on air in: the third from the one on air; where more than two are in work already, the next.</summary>
        public ulong LatestForPrompt => Math.Max(OnAir + 3, Newest + 1);
    }

    private static async Task SendAsync(IPage page, string prompt)
    {
        await page.GetByTestId("prompt").FillAsync(prompt);
        await page.GetByTestId("send").ClickAsync();
    }
}
