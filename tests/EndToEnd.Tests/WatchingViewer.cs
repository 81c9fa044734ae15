using System.Text.Json;
using Microsoft.Playwright;

namespace Nsn.EndToEnd.Tests;

/// <summary>
/// Somebody who has the page open all the time, and a page that writes down what they see. Nobody touches it or loads it again, whatever
/// happens to the network: what it comes back from, it comes back from by itself.
/// </summary>
public sealed class WatchingViewer(StackFixture stack) : IAsyncLifetime
{
    private const double UndisturbedSeconds = 8;

    // Looks twenty times a second. "dry" is by the player's own account (web/player/src/playback/screen.ts): nothing to play is buffered in
    // front of the playhead. A picture that is concealed counts as none.
    private const string Watch = """
        globalThis.watch = { looks: [], pictures: [], slots: {} };
        const follow = video => video.requestVideoFrameCallback(function next() {
          globalThis.watch.pictures.push(performance.now());
          video.requestVideoFrameCallback(next);
        });
        setInterval(() => {
          const video = document.querySelector('video');
          if (!video) return;
          if (!video.followed) { video.followed = true; follow(video); }
          let ahead = 0;
          for (let i = 0; i < video.buffered.length; i++)
            if (video.currentTime >= video.buffered.start(i) - 0.1 && video.currentTime < video.buffered.end(i)) ahead = video.buffered.end(i) - video.currentTime;
          const dry = ahead < 0.08 || (ahead < 0.5 && video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA);
          globalThis.watch.looks.push([performance.now(), dry || video.classList.contains('concealed') ? 1 : 0]);
          const slot = document.querySelector('.panel h2')?.textContent.match(/^Slot (\d+)$/)?.[1];
          const verdict = document.querySelector('.panel [data-verdict]')?.dataset.verdict;
          if (slot && verdict) {
            const verdicts = globalThis.watch.slots[slot] ??= [];
            if (!verdicts.includes(verdict)) verdicts.push(verdict);
          }
        }, 50);
        """;

    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private BrowserPage? _page;

    /// <summary>The longest time without anything to play while nobody disturbed the network: what this machine takes, at this hour.</summary>
    public TimeSpan DryUndisturbed { get; private set; }

    private BrowserPage Page => _page!;

    public async ValueTask InitializeAsync()
    {
        await stack.CertifiedSlotAsync(0);
        _playwright = await Playwright.CreateAsync();
        _browser = await BrowserPage.LaunchAsync(_playwright);
        _page = await BrowserPage.OpenAsync(_browser, stack.Gateway, Watch);
        await Page.SeesAsync("certified");
        var from = await NowAsync();
        await PlaysOnAsync(UndisturbedSeconds);
        DryUndisturbed = (await SeenSinceAsync(from)).Dry;
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
    }

    /// <summary>The page's clock, milliseconds since the page was opened.</summary>
    public Task<double> NowAsync() => Page.Page.EvaluateAsync<double>("performance.now()");

    /// <summary>Waits until so much more of the channel has been shown.</summary>
    public async Task PlaysOnAsync(double seconds)
    {
        // Not by the video's own time, which begins anew with a timeline; twelve pictures are a second (ChannelOptions.FramesPerSecond).
        const string Pictures = "globalThis.watch.pictures.length";
        var from = await Page.Page.EvaluateAsync<int>(Pictures);
        await Eventually.HoldsAsync(
            $"{seconds} s more are shown", () => Page.Page.EvaluateAsync<int>(Pictures), shown => shown >= from + 12 * seconds, 300, () => Page.Page.InnerTextAsync("main"));
    }

    /// <summary>Waits until the badge says certified and pictures go on, and says what was seen since a moment of the page's clock.</summary>
    public async Task<Seen> SeesCertifiedAgainAsync(double from)
    {
        await Page.SeesAsync("certified");
        await PlaysOnAsync(1);
        return await SeenSinceAsync(from);
    }

    /// <summary>Waits until the page has shown a slot or a later one, and says with which verdicts it showed it; empty where it was passed over.</summary>
    public async Task<string[]> VerdictsOfAsync(ulong slot)
    {
        var slots = await Eventually.HoldsAsync(
            $"slot {slot} has been on the screen and is over", SlotsAsync, seen => seen.Keys.Any(shown => shown > slot), 300, () => Page.Page.InnerTextAsync("main"));
        return slots.GetValueOrDefault(slot, []);
    }

    /// <summary>Every slot that was on the screen, with all verdicts that the page gave it.</summary>
    public async Task<IReadOnlyDictionary<ulong, string[]>> SlotsAsync() =>
        JsonSerializer.Deserialize<Dictionary<ulong, string[]>>(await Page.Page.EvaluateAsync<string>("JSON.stringify(globalThis.watch.slots)"))!;

    /// <summary>The ledger holds a certificate of every slot that the page has ever shown as certified.</summary>
    public async Task ShowedAsCertifiedOnlyWhatTheLedgerHoldsAsync()
    {
        foreach (var (slot, verdicts) in await SlotsAsync())
        {
            Assert.DoesNotContain("broken", verdicts);
            if (verdicts.Contains("certified"))
                Assert.True(await stack.LedgerCertificateAsync(slot) is { IsAccept: true }, $"the page showed slot {slot} as certified; the ledger holds no certificate of it");
        }
    }

    /// <summary>What was seen since a moment of the page's clock.</summary>
    public async Task<Seen> SeenSinceAsync(double from)
    {
        var watch = JsonDocument.Parse(await Page.Page.EvaluateAsync<string>("JSON.stringify(globalThis.watch)")).RootElement;
        var looks = watch.GetProperty("looks").EnumerateArray().Select(look => (At: look[0].GetDouble(), Dry: look[1].GetInt32() == 1)).Where(look => look.At >= from).ToArray();
        double[] pictures = [from, .. watch.GetProperty("pictures").EnumerateArray().Select(at => at.GetDouble()).Where(at => at >= from)];
        return new Seen(
            TimeSpan.FromMilliseconds(LongestDry(looks)),
            TimeSpan.FromMilliseconds(pictures.Zip(pictures.Skip(1), (one, next) => next - one).DefaultIfEmpty().Max()));
    }

    /// <summary>
    /// The longest run of looks that found nothing to play. Of the time between two looks a quarter of a second counts at most: when a page
    /// gets no processor for longer, neither does its player, and that is the machine's doing.
    /// </summary>
    private static double LongestDry((double At, bool Dry)[] looks)
    {
        const double BetweenLooksMax = 250;
        double longest = 0, run = 0;
        for (var i = 1; i < looks.Length; i++)
        {
            run = looks[i].Dry ? run + Math.Min(looks[i].At - looks[i - 1].At, BetweenLooksMax) : 0;
            longest = Math.Max(longest, run);
        }

        return longest;
    }

    /// <summary>What was on the screen for a while.</summary>
    /// <param name="Dry">The longest time in which the page ran and had nothing to play.</param>
    /// <param name="Pause">The longest time between two new pictures, whatever the reason.</param>
    public sealed record Seen(TimeSpan Dry, TimeSpan Pause);
}
