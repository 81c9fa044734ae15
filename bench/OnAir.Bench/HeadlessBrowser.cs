using Microsoft.Playwright;

namespace Nsn.OnAir.Bench;

/// <summary>A Chromium without graphics card, that plays without being touched.</summary>
internal sealed class HeadlessBrowser : IAsyncDisposable
{
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

    /// <summary>A page of a person who has never been here: nothing is cached or remembered.</summary>
    public async Task<IPage> NewPageAsync() => await (await _browser.NewContextAsync()).NewPageAsync();

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }
}
