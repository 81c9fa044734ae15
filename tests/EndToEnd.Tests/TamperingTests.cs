using Microsoft.Playwright;

namespace Nsn.EndToEnd.Tests;

/// <summary>Somebody changes what the directors certified: on the way to the browser, or in the content store.</summary>
public sealed class TamperingTests(StackFixture stack)
{
    private static readonly (string Name, Forgery Forgery, bool OverWebRtc, string Reason)[] s_forgeries =
    [
        ("a bit of the picture, over HTTP", Forger.ChunkBit, false, "chunk"),
        ("a bit of the picture, over WebRTC", Forger.ChunkBit, true, "chunk"),
        ("a bit of a signature", Forger.SignatureBit, false, "signature"),
        ("directors whom nobody has elected", Forger.OtherDirectors, true, "signature"),
    ];

    [Fact]
    public async Task What_is_changed_on_the_way_is_shown_as_broken_and_never_as_certified()
    {
        await stack.CertifiedSlotAsync(0);
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await BrowserPage.LaunchAsync(playwright);
        await Task.WhenAll(s_forgeries.Select(async forgery =>
        {
            await using var man = await ManInTheMiddle.StartAsync(stack.Gateway, forgery.Forgery, forgery.OverWebRtc);
            var page = await BrowserPage.OpenAsync(browser, man.Address);
            await Eventually.HoldsAsync(
                $"with {forgery.Name}, the picture is hidden and the page says why",
                page.SightsAsync,
                sights => sights.Any(sight =>
                    sight is { Verdict: "broken", Concealed: true } && sight.Cover.Contains(forgery.Reason, StringComparison.Ordinal)),
                300,
                async () => string.Join("; ", await page.SightsAsync()));
            Assert.DoesNotContain("certified", await page.VerdictsAsync());

            // As soon as the man in the middle lets things pass, the next slot is certified, and the page needs nobody's help.
            man.Forgery = Forger.Nothing;
            await page.SeesAsync("certified");
            await page.Page.CloseAsync();
        }));
    }
}
