using Microsoft.Playwright;
using Npgsql;
using Nsn.AppHost.Supervision;

namespace Nsn.EndToEnd.Tests;

/// <summary>What is behind a gateway goes away while somebody watches: the page says what is the matter and comes back by itself.</summary>
public sealed class OutageTests(StackFixture stack)
{
    public static bool IsAskedFor => Environment.GetEnvironmentVariable("NSN_LONG_TESTS") == "1";

    private static readonly string[] s_silos = ["gpu", "core-1", "core-2"];

    // Takes two minutes of stopping and starting everything, so only where it is asked for (docs/architecture.md).
    [Fact(SkipUnless = nameof(IsAskedFor), Skip = "Set NSN_LONG_TESTS=1 to run it.")]
    public async Task Content_store_and_silos_go_away_and_come_back_with_a_chain_that_was_started_afresh()
    {
        await stack.CertifiedSlotAsync(0);
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await BrowserPage.LaunchAsync(playwright);
        var page = await BrowserPage.OpenAsync(browser, stack.Gateway);
        await page.SeesAsync("certified");
        try
        {
            await WatchOutageAsync(page);
        }
        finally
        {
            // Other tests need the network, whatever became of this one.
            Array.ForEach(["blobs", .. s_silos], name => stack.Instance(name).Start());
        }
    }

    private async Task WatchOutageAsync(BrowserPage page)
    {
        await stack.Instance("blobs").StopAsync();
        await page.SeesAsync("filler");
        await RibbonSaysAsync(page, "content store");

        await Task.WhenAll(s_silos.Select(name => stack.Instance(name).StopAsync()));
        await RibbonSaysAsync(page, "The silos do not answer");
        await PictureMovesAsync(page);
        Assert.Equal("Degraded", (await stack.GetAsync("/health")).GetProperty("status").GetString());

        var before = (await stack.GetAsync("/p2p/info")).GetProperty("history").GetString();
        await StartChainAfreshAsync();
        foreach (var name in (string[])["blobs", .. s_silos])
            stack.Instance(name).Start();
        await page.Page.GetByTestId("restarted").WaitForAsync(new LocatorWaitForOptions { Timeout = 240_000 });
        await page.SeesAsync("certified");
        await PictureMovesAsync(page);
        Assert.NotEqual(before, (await stack.GetAsync("/p2p/info")).GetProperty("history").GetString());
        Assert.DoesNotContain("broken", await page.VerdictsAsync());
        foreach (var name in s_silos)
            Assert.Equal(ResourceState.Ready, stack.Instance(name).Snapshot.State);
    }

    private static async Task RibbonSaysAsync(BrowserPage page, string text) => await Eventually.HoldsAsync(
        $"the label of the filler says '{text}'",
        () => page.Page.EvaluateAsync<string?>("document.querySelector('[data-testid=ribbon]')?.textContent ?? null"),
        seen => seen?.Contains(text, StringComparison.OrdinalIgnoreCase) == true);

    private static async Task PictureMovesAsync(BrowserPage page)
    {
        const string Time = "document.querySelector('video').currentTime";
        var from = await page.Page.EvaluateAsync<double>(Time);
        // A timeline that begins anew counts as moving once it has a second to show.
        await Eventually.HoldsAsync("the picture moves", () => page.Page.EvaluateAsync<double>(Time), now => now > from + 1 || (now < from && now > 1));
    }

    /// <summary>Deletes what the chain and the grains remember, as an operator does who begins anew while gateways run.</summary>
    private async Task StartChainAfreshAsync()
    {
        var environment = stack.Instance("core-1").Context.CreateEnvironment();
        await using var database = NpgsqlDataSource.Create(environment["ConnectionStrings__nsn"]);
        await using var command = database.CreateCommand(
            """
            do $$ declare name text; begin
              for name in select tablename from pg_tables where schemaname = 'public' and tablename not in ('nsn_cluster', 'nsn_silo') loop
                execute format('truncate table %I cascade', name);
              end loop;
            end $$
            """);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}
