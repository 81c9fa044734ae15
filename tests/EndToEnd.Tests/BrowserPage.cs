using System.Text.Json;
using Microsoft.Playwright;

namespace Nsn.EndToEnd.Tests;

/// <summary>A page of the viewer that remembers everything that it has ever shown of its verdicts.</summary>
internal sealed class BrowserPage(IPage page)
{
    private static readonly string[] s_arguments =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
        "--disable-sync", "--autoplay-policy=no-user-gesture-required", "--disable-features=WebRtcHideLocalIpsWithMdns",
    ];

    private const string Remember = """
        globalThis.sights = [];
        new MutationObserver(() => {
          const sight = {
            verdict: document.querySelector('.headline [data-verdict]')?.dataset.verdict ?? '',
            cover: document.querySelector('[data-testid=cover]')?.textContent ?? '',
            concealed: document.querySelector('video')?.classList.contains('concealed') ?? false,
          };
          if (sight.verdict && JSON.stringify(sight) !== JSON.stringify(globalThis.sights.at(-1))) globalThis.sights.push(sight);
        }).observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
        """;

    public IPage Page => page;

    public static Task<IBrowser> LaunchAsync(IPlaywright playwright) => playwright.Chromium.LaunchAsync(
        new BrowserTypeLaunchOptions { ExecutablePath = "/usr/bin/chromium", Headless = true, Args = s_arguments });

    /// <param name="browser">The browser.</param>
    /// <param name="address">The page's address.</param>
    /// <param name="scripts">What runs in the page before its own scripts.</param>
    public static async Task<BrowserPage> OpenAsync(IBrowser browser, Uri address, params string[] scripts)
    {
        var page = await browser.NewPageAsync();
        page.SetDefaultTimeout(60_000);
        await page.AddInitScriptAsync(Remember);
        foreach (var script in scripts)
            await page.AddInitScriptAsync(script);
        await page.GotoAsync(address.ToString());
        return new BrowserPage(page);
    }

    /// <summary>Everything that was shown, in order. What lasts a moment only is in it, too.</summary>
    public async Task<Sight[]> SightsAsync() =>
        [.. (await page.EvaluateAsync<JsonElement>("globalThis.sights")).EnumerateArray().Select(sight => new Sight(
            sight.GetProperty("verdict").GetString()!, sight.GetProperty("cover").GetString()!, sight.GetProperty("concealed").GetBoolean()))];

    /// <summary>Every verdict that was shown, in order.</summary>
    public async Task<string[]> VerdictsAsync() => [.. (await SightsAsync()).Select(sight => sight.Verdict)];

    public Task<string?> VerdictAsync() => page.EvaluateAsync<string?>("document.querySelector('.headline [data-verdict]')?.dataset.verdict ?? null");

    public async Task SeesAsync(string verdict, double seconds = 300) => await Eventually.HoldsAsync(
        $"{page.Url} shows {verdict}", VerdictAsync, seen => seen == verdict, seconds, () => page.InnerTextAsync("main"));

    /// <summary>What the page showed at a moment.</summary>
    /// <param name="Verdict">The badge's verdict.</param>
    /// <param name="Cover">What is written over the picture, or empty.</param>
    /// <param name="Concealed">Whether the picture was hidden.</param>
    internal sealed record Sight(string Verdict, string Cover, bool Concealed);
}
