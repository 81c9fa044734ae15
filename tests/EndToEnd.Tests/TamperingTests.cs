using System.Net;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Microsoft.Playwright;
using Nsn.AppHost.Supervision;

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

    [Fact]
    public async Task What_is_changed_in_the_content_store_is_refused_and_never_served_as_certified()
    {
        var slot = (await stack.CertifiedSlotAsync(0)).GetProperty("slot").GetUInt64();
        var chunk = $"/api/slots/{slot}/chunks/0";
        Assert.Equal(HttpStatusCode.OK, await stack.StatusAsync(chunk));

        // A gateway that has the clip in memory has checked it before; one that starts has to ask the store.
        await ChangeWhatIsStoredAsync();
        await RestartGatewayAsync();

        var told = await Eventually.HoldsAsync(
            $"slot {slot} is refused with its reason",
            () => stack.GetAsync($"/api/slots/{slot}"),
            detail => detail.GetProperty("reason").GetString()?.Contains("another hash", StringComparison.Ordinal) == true,
            300,
            async () => (await stack.GetAsync($"/api/slots/{slot}")).ToString());
        Assert.NotEqual("certified", told.GetProperty("kind").GetString());
        Assert.Equal(HttpStatusCode.NotFound, await stack.StatusAsync(chunk));

        // What is made from now on is whole again.
        var next = await stack.CertifiedSlotAsync(slot + 6);
        Assert.Equal(HttpStatusCode.OK, await stack.StatusAsync($"/api/slots/{next.GetProperty("slot").GetUInt64()}/chunks/0"));
    }

    /// <summary>Flips a bit in each chunk that is stored.</summary>
    private async Task ChangeWhatIsStoredAsync()
    {
        var container = new BlobContainerClient(
            stack.Instance("core-1").Context.CreateEnvironment()["ConnectionStrings__blobs"],
            "chunks",
            new BlobClientOptions(BlobClientOptions.ServiceVersion.V2024_11_04));
        await Parallel.ForEachAsync(container.GetBlobsAsync(), new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (item, cancellation) =>
        {
            var blob = container.GetBlobClient(item.Name);
            BlobDownloadResult stored = await blob.DownloadContentAsync(cancellation);
            var bytes = stored.Content.ToArray();
            bytes[bytes.Length / 2] ^= 1;
            await blob.UploadAsync(new BinaryData(bytes), overwrite: true, cancellation);
        });
    }

    private async Task RestartGatewayAsync()
    {
        var gateway = stack.Instance("gateway");
        var process = gateway.Snapshot.ProcessId ?? throw new InvalidOperationException("The gateway does not run.");
        await gateway.RestartAsync();
        await Eventually.HoldsAsync(
            "the gateway is started again and ready",
            () => Task.FromResult(gateway.Snapshot),
            snapshot => snapshot.ProcessId != process && snapshot.State == ResourceState.Ready);
    }
}
