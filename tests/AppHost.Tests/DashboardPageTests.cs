using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;
using Nsn.AppHost.Dashboard;
using Nsn.AppHost.Hosting;
using Nsn.AppHost.Resources;
using static Microsoft.Playwright.Assertions;

namespace Nsn.AppHost.Tests;

/// <summary>The dashboard as a person sees it: a real browser, real processes.</summary>
public sealed class DashboardPageTests : IAsyncLifetime
{
    // Answers 503 with a reason, as a silo does, until it is healed; says in its console what our hosts' logger wrote.
    private const string Patient = """
        let well = false;
        console.log(process.env.ENTRIES);
        require('http').createServer((request, response) => {
          if (request.url === '/heal') { well = true; return response.end('ok'); }
          response.writeHead(well ? 200 : 503, { 'content-type': 'application/json' });
          const status = well ? 'Healthy' : 'Unhealthy';
          response.end(JSON.stringify({ status, checks: { silo: { status, description: well ? 'ready' : 'the ledger does not answer' } } }));
        }).listen(Number(process.env.PORT), '127.0.0.1');
        """;

    private static readonly string[] Arguments =
        ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

    private readonly DataFolder _data = new();
    private StackApplication _application = null!;
    private DashboardServer _dashboard = null!;
    private IPlaywright _playwright = null!;
    private IBrowser _browser = null!;

    public async ValueTask InitializeAsync()
    {
        SetDefaultExpectTimeout(60_000);
        StackBuilder builder = StackBuilder.Create($"--Data={_data.Path}");
        builder.AddExecutable("talker", "sh", "/", "-c", "echo hello; echo trouble >&2; exec sleep 1000").WithEnvironment("Some__Password", "abc").WithEnvironment("Plain", "text");
        using var hosts = new HostConsole(asOurHosts: true);
        using var others = new HostConsole(asOurHosts: false);
        string[] entries =
        [
            .. hosts.Write(LogLevel.Information, "loading"), .. hosts.Write(LogLevel.Warning, "slow"), .. others.Write(LogLevel.Warning, "on two lines"),
            .. hosts.Write(LogLevel.Debug, "details"), .. hosts.Write(LogLevel.Error, "The journal belongs to another chain"), .. hosts.Write(LogLevel.Information, "going on"),
        ];
        builder.AddExecutable("patient", "node", "/", "-e", Patient)
            .WithEnvironment("ENTRIES", string.Join('\n', entries))
            .WithEndpoint("http", "http", 0)
            .WithHttpHealthCheck("http", "/health")
            .WithEnvironment((context, environment) => environment["PORT"] = context.GetPort("http").ToString(CultureInfo.InvariantCulture));
        _application = builder.Build();
        _dashboard = await DashboardServer.StartAsync(_application, 0);
        _application.Start();
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = "/usr/bin/chromium", Headless = true, Args = Arguments });
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
        await _dashboard.DisposeAsync();
        await _application.DisposeAsync();
        _data.Dispose();
    }

    [Fact]
    public async Task It_shows_what_runs_why_something_is_not_ready_and_when_it_is()
    {
        IPage page = await OpenAsync();
        ILocator patient = page.Locator("#row-patient");
        await Expect(patient.Locator(".state")).ToHaveTextAsync("starting");
        await Expect(patient.Locator(".detail")).ToHaveTextAsync("the ledger does not answer");
        await Expect(patient.Locator(".complaint")).ToHaveTextAsync("The journal belongs to another chain");
        await Expect(page.Locator("#row-talker .state")).ToHaveTextAsync("ready");
        await Expect(page.Locator("#summary")).ToHaveTextAsync("1 of 2 ready");

        ILocator link = patient.GetByRole(AriaRole.Link, new() { Name = "http://127.0.0.1" });
        string address = (await link.GetAttributeAsync("href"))!;
        using var http = new HttpClient();
        await http.GetStringAsync($"{address}/heal", TestContext.Current.CancellationToken);
        await Expect(patient.Locator(".state")).ToHaveTextAsync("ready");
        await Expect(patient.Locator(".complaint")).ToHaveCountAsync(0);
        await Expect(page.Locator("#summary")).ToHaveTextAsync("all 2 ready");
        await PictureAsync(page, "resources");
    }

    [Fact]
    public async Task It_stops_starts_and_restarts_what_is_clicked()
    {
        IPage page = await OpenAsync();
        ILocator row = page.Locator("#row-talker");
        await Expect(row.Locator(".state")).ToHaveTextAsync("ready");
        ILocator start = Button(page, "start"), stop = Button(page, "stop"), restart = Button(page, "restart");
        await Expect(start).ToBeDisabledAsync();
        await stop.ClickAsync();
        await Expect(row.Locator(".state")).ToHaveTextAsync("stopped");
        await Expect(stop).ToBeDisabledAsync();
        await start.ClickAsync();
        await Expect(row.Locator(".state")).ToHaveTextAsync("ready");
        string before = await row.Locator("td").Nth(6).InnerTextAsync();
        await restart.ClickAsync();
        await Expect(row.Locator("td").Nth(6)).Not.ToHaveTextAsync(before);
        await Expect(row.Locator(".state")).ToHaveTextAsync("ready");

        // Killed by somebody else: counted, and alive again.
        await Expect(row.Locator("td").Nth(5)).ToHaveTextAsync("–");
        int process = int.Parse(await row.Locator("td").Nth(6).InnerTextAsync(), CultureInfo.InvariantCulture);
        using (var killed = System.Diagnostics.Process.GetProcessById(process))
            killed.Kill();
        await Expect(row.Locator("td").Nth(5)).ToHaveTextAsync("1");
        await Expect(row.Locator(".state")).ToHaveTextAsync("ready");
    }

    [Fact]
    public async Task Consoles_are_live_and_searchable_and_environments_hide_secrets()
    {
        IPage page = await OpenAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "talker" }).ClickAsync();
        ILocator lines = page.Locator("#log li:visible");
        await Expect(lines).ToHaveTextAsync([new System.Text.RegularExpressions.Regex("hello|trouble"), new System.Text.RegularExpressions.Regex("hello|trouble")]);
        await Expect(page.Locator("#log li.error")).ToContainTextAsync("trouble");
        LogAppend("later");
        await Expect(lines).ToHaveCountAsync(3);
        await page.GetByLabel("Search").FillAsync("LATE");
        await Expect(lines).ToHaveCountAsync(1);
        await Expect(page.Locator("#found")).ToHaveTextAsync("1 of 3");
        LogAppend("not this one");
        LogAppend("too late");
        await Expect(lines).ToHaveCountAsync(2);

        await page.GetByRole(AriaRole.Tab, new() { Name = "Environment" }).ClickAsync();
        await page.GetByLabel("Search").FillAsync("");
        await Expect(page.Locator("#environment tr")).ToHaveTextAsync([new System.Text.RegularExpressions.Regex("Plain\\s*text"), new System.Text.RegularExpressions.Regex("Some__Password\\s*•••")]);
        Assert.EndsWith("#talker/environment", page.Url, StringComparison.Ordinal);

        // The address brings the same view back, and the console begins anew with another resource.
        await page.ReloadAsync();
        await Expect(page.Locator("#environment tr")).ToHaveCountAsync(2);
        await page.GetByRole(AriaRole.Link, new() { Name = "patient" }).ClickAsync();
        await Expect(page.Locator("#log li")).ToHaveClassAsync(["info", "warn", "warn", "warn", "dbug", "fail", "info"]);
        await Expect(page.Locator("#log li.fail")).ToContainTextAsync("another chain");
        string[] colours = [.. await ColoursAsync("info"), .. await ColoursAsync("warn"), .. await ColoursAsync("dbug"), .. await ColoursAsync("fail")];
        Assert.Equal(4, colours.Distinct().Count());
        await PictureAsync(page, "console");

        // One colour for all lines of a level.
        Task<string[]> ColoursAsync(string level) =>
            page.EvaluateAsync<string[]>("level => [...new Set([...document.querySelectorAll(`#log li.${level} span`)].map((line) => getComputedStyle(line).color))]", level);
    }

    private static ILocator Button(IPage page, string command) => page.GetByRole(AriaRole.Button, new() { Name = $"{command} talker", Exact = true });

    private void LogAppend(string line) => _application.Find("talker")!.Log.Append(line, isError: false);

    private async Task<IPage> OpenAsync()
    {
        IPage page = await _browser.NewPageAsync(new BrowserNewPageOptions { ViewportSize = new ViewportSize { Width = 1280, Height = 720 } });
        page.SetDefaultTimeout(60_000);
        page.PageError += (_, error) => TestContext.Current.AddWarning($"The page failed: {error}");
        await page.GotoAsync(_dashboard.Address);
        return page;
    }

    // Set NSN_PICTURES to a folder to look at what the test saw.
    private static async Task PictureAsync(IPage page, string name)
    {
        if (Environment.GetEnvironmentVariable("NSN_PICTURES") is { Length: > 0 } folder)
            await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(folder, $"dashboard-{name}.png") });
    }
}
