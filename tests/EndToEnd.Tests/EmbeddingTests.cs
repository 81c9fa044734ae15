using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;

namespace Nsn.EndToEnd.Tests;

/// <summary>A builder's page that comes from another server than the gateway and has the player in it, as web/player/README.md shows it.</summary>
public sealed class EmbeddingTests(StackFixture stack)
{
    private const string Html = """
        <!doctype html>
        <html lang="en">
          <meta charset="utf-8">
          <title>A page from elsewhere</title>
          <video muted playsinline></video>
          <script type="module" src="page.js"></script>
        </html>
        """;

    private const string Script = """
        import { Player } from './player/index.js';

        const { gateway, transport } = Object.fromEntries(new URLSearchParams(location.search));
        const player = new Player({ video: document.querySelector('video'), channel: 'main', gateway, transport, trust: { witnesses: [gateway] } });
        globalThis.player = player;
        await player.start();
        """;

    private const string Look = """
        () => {
          const { verdict, slot, status, transport } = globalThis.player?.snapshot ?? {};
          const video = document.querySelector('video');
          return { verdict, status, transport, trust: slot?.proof?.trust, witnesses: slot?.proof?.witnesses, time: video.currentTime, width: video.videoWidth };
        }
        """;

    private const string Prompt = """
        gateway => fetch(`${gateway}/api/recipes`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ prompt: 'sent in a visitor\'s name' }) })
          .then(answer => `answered ${answer.status}`, failure => failure.name)
        """;

    [Theory]
    [InlineData("webrtc")]
    [InlineData("http")]
    public async Task A_page_from_elsewhere_plays_and_verifies_with_a_witness_but_sends_no_prompts(string transport)
    {
        await stack.CertifiedSlotAsync(0);
        await using var elsewhere = await ServeAsync();
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await BrowserPage.LaunchAsync(playwright);
        var page = await browser.NewPageAsync();
        var gateway = stack.Gateway.GetLeftPart(UriPartial.Authority);
        await page.GotoAsync($"{elsewhere.Urls.First()}/?gateway={Uri.EscapeDataString(gateway)}&transport={transport}");
        var seen = await Eventually.HoldsAsync(
            $"the page from elsewhere plays what is certified, over {transport}",
            () => page.EvaluateAsync<JsonElement>(Look),
            look => Text(look, "verdict") == "certified" && Text(look, "trust") is not null && look.GetProperty("time").GetDouble() > 0 && look.GetProperty("width").GetInt32() > 0,
            otherwise: async () => (await page.EvaluateAsync<JsonElement>(Look)).ToString());
        Assert.Equal("witnessed", Text(seen, "trust"));
        Assert.Equal(1, seen.GetProperty("witnesses").GetInt32());
        Assert.Equal(transport, Text(seen, "transport"));

        Assert.Equal("TypeError", await page.EvaluateAsync<string>(Prompt, gateway));
        Assert.DoesNotContain("in a visitor", (await stack.GetAsync("/api/channels/main")).ToString(), StringComparison.Ordinal);
    }

    private static string? Text(JsonElement look, string name) => look.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static async Task<WebApplication> ServeAsync()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "NSN.sln")))
            root = root.Parent ?? throw new InvalidOperationException("no NSN.sln above the tests");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var web = builder.Build();
        web.UseStaticFiles(new StaticFileOptions { FileProvider = new PhysicalFileProvider(Path.Combine(root.FullName, "web", "player", "dist")), RequestPath = "/player" });
        web.MapGet("/", () => Results.Content(Html, "text/html"));
        web.MapGet("/page.js", () => Results.Content(Script, "text/javascript"));
        await web.StartAsync();
        return web;
    }
}
