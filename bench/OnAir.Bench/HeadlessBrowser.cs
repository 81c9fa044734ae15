using Microsoft.Playwright;

namespace Nsn.OnAir.Bench;

/// <summary>A Chromium without graphics card, that plays without being touched.</summary>
internal sealed class HeadlessBrowser : IAsyncDisposable
{
    private static readonly TimeSpan s_rest = TimeSpan.FromSeconds(2);
    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;

    private HeadlessBrowser(IPlaywright playwright, IBrowser browser)
    {
        _playwright = playwright;
        _browser = browser;
    }

    public static async Task<HeadlessBrowser> LaunchAsync()
    {
        IPlaywright playwright = await Playwright.CreateAsync();
        return new HeadlessBrowser(playwright, await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = "/usr/bin/chromium",
            Headless = true,
            Args = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--autoplay-policy=no-user-gesture-required", "--disable-features=WebRtcHideLocalIpsWithMdns"],
        }));
    }

    /// <summary>
    /// An open, empty tab of a person who has never been here: nothing is cached or remembered. It is given time to come to rest, as it has while
    /// somebody types an address: what a browser starts for a new tab is not part of opening a page in it.
    /// </summary>
    public async Task<IPage> NewPageAsync()
    {
        IPage page = await (await _browser.NewContextAsync()).NewPageAsync();
        await page.EvaluateAsync("new Promise(resolve => requestIdleCallback(resolve))");
        await Task.Delay(s_rest);
        return page;
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }
}
