using System.Text.Json;
using Microsoft.Playwright;

namespace Nsn.OnAir.Bench;

/// <summary>The viewer's page, which writes down when a new picture is on the screen and what the badge says.</summary>
internal sealed class WatchedScreen : IAsyncDisposable
{
    // A new picture counts only while it is shown: the player conceals what failed its checks.
    private const string Watch = """
        globalThis.seen = { pictures: [], verdicts: [] };
        const follow = video => video.requestVideoFrameCallback(function next() {
          if (getComputedStyle(video).visibility === 'visible') globalThis.seen.pictures.push(performance.now());
          video.requestVideoFrameCallback(next);
        });
        new MutationObserver(() => {
          const video = document.querySelector('video');
          if (video && !video.followed) { video.followed = true; follow(video); }
          const verdict = document.querySelector('.headline [data-verdict]')?.dataset.verdict ?? 'none';
          if (verdict !== globalThis.seen.verdicts.at(-1)?.verdict) globalThis.seen.verdicts.push({ at: performance.now(), verdict });
        }).observe(document, { subtree: true, childList: true, attributes: true });
        """;

    private readonly IPage _page;

    private WatchedScreen(IPage page) => _page = page;

    public static async Task<WatchedScreen> OpenAsync(HeadlessBrowser browser, Uri gateway)
    {
        IPage page = await browser.NewPageAsync();
        await page.AddInitScriptAsync(Watch);
        await page.GotoAsync(gateway.ToString());
        var screen = new WatchedScreen(page);
        await screen.WaitForCertifiedAsync();
        return screen;
    }

    /// <summary>Waits until the badge says certified and pictures come.</summary>
    public async Task WaitForCertifiedAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        while (!await _page.EvaluateAsync<bool>("globalThis.seen.verdicts.at(-1)?.verdict === 'certified' && performance.now() - globalThis.seen.pictures.at(-1) < 500"))
            await Task.Delay(TimeSpan.FromMilliseconds(100), limit.Token);
    }

    /// <summary>The page's clock, milliseconds.</summary>
    public Task<double> NowAsync() => _page.EvaluateAsync<double>("performance.now()");

    /// <summary>When the first picture was shown, and the first while the badge said certified: milliseconds since the browser began to open the page.</summary>
    public async Task<(double Any, double Certified)> FirstPicturesAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        while (true)
        {
            JsonElement first = await _page.EvaluateAsync<JsonElement>("""
                [globalThis.seen.pictures[0], globalThis.seen.pictures.find(at => globalThis.seen.verdicts.findLast(v => v.at <= at)?.verdict === 'certified') ?? 0]
                """);
            if (first[1].GetDouble() is > 0 and var certified)
                return (first[0].GetDouble(), certified);
            await Task.Delay(TimeSpan.FromMilliseconds(100), limit.Token);
        }
    }

    /// <summary>What was seen since a moment of the page's clock: times of new pictures, and verdicts with their times (the one that stood first).</summary>
    public async Task<(double[] Pictures, (double At, string Verdict)[] Verdicts)> SeenSinceAsync(double from)
    {
        JsonElement seen = await _page.EvaluateAsync<JsonElement>("globalThis.seen");
        double[] pictures = [.. seen.GetProperty("pictures").EnumerateArray().Select(at => at.GetDouble()).Where(at => at >= from)];
        (double At, string Verdict)[] all = [.. seen.GetProperty("verdicts").EnumerateArray().Select(v => (v.GetProperty("at").GetDouble(), v.GetProperty("verdict").GetString()!))];
        return (pictures, [(from, all.Last(v => v.At <= from).Verdict), .. all.Where(v => v.At > from)]);
    }

    public async ValueTask DisposeAsync() => await _page.Context.DisposeAsync();
}
