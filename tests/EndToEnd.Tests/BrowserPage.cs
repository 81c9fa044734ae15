using Microsoft.Playwright;

namespace Nsn.EndToEnd.Tests;

/// <summary>A page of the viewer that remembers every verdict that its badge has ever shown.</summary>
internal sealed class BrowserPage(IPage page)
{
    public static readonly string[] Arguments =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
        "--disable-sync", "--autoplay-policy=no-user-gesture-required", "--disable-features=WebRtcHideLocalIpsWithMdns",
    ];

    private const string Remember = """
        globalThis.verdicts = [];
        new MutationObserver(() => {
          const verdict = document.querySelector('.headline [data-verdict]')?.dataset.verdict;
          if (verdict && verdict !== globalThis.verdicts.at(-1)) globalThis.verdicts.push(verdict);
        }).observe(document, { subtree: true, childList: true, attributes: true });
        """;

    public IPage Page => page;

    public static Task<IBrowser> LaunchAsync(IPlaywright playwright) => playwright.Chromium.LaunchAsync(
        new BrowserTypeLaunchOptions { ExecutablePath = "/usr/bin/chromium", Headless = true, Args = Arguments });

    public static async Task<BrowserPage> OpenAsync(IBrowser browser, Uri address)
    {
        var page = await browser.NewPageAsync();
        page.SetDefaultTimeout(60_000);
        await page.AddInitScriptAsync(Remember);
        await page.GotoAsync(address.ToString());
        return new BrowserPage(page);
    }

    /// <summary>Every verdict that was shown, in order.</summary>
    public Task<string[]> VerdictsAsync() => page.EvaluateAsync<string[]>("globalThis.verdicts");

    public Task<string?> VerdictAsync() => page.EvaluateAsync<string?>("document.querySelector('.headline [data-verdict]')?.dataset.verdict ?? null");

    public async Task SeesAsync(string verdict, double seconds = 120) => await Eventually.HoldsAsync(
        $"{page.Url} shows {verdict}", VerdictAsync, seen => seen == verdict, seconds, () => page.InnerTextAsync("main"));
}
