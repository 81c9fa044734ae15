using System.Text.Json;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Nsn.EndToEnd.Faults;

namespace Nsn.EndToEnd.Tests;

/// <summary>
/// Slots with directors that misbehave, one after the other while somebody watches, so that the tests that look at them wait for them
/// together. On a busy machine a slot may run out of time, which is not what is tested here: then another slot takes its fault.
/// </summary>
public sealed class FaultySlots : IAsyncLifetime
{
    private readonly StackFixture _stack;
    private readonly WatchingViewer _viewer;

    public FaultySlots(StackFixture stack)
    {
        _stack = stack;
        _viewer = new WatchingViewer(stack);
    }

    public WatchingViewer Viewer => _viewer;

    /// <summary>The third director in rotation reveals another embedding than the clip's.</summary>
    public Task<JsonElement> Liar { get; private set; } = null!;

    /// <summary>The second and the fourth in rotation say nothing.</summary>
    public Task<JsonElement> Silent { get; private set; } = null!;

    /// <summary>The proposer publishes another clip of the same prompt than the one that follows from the slot's seed.</summary>
    public Task<JsonElement> OtherClip { get; private set; } = null!;

    /// <summary>Somebody changes what is published in the content store, before any director has looked at it.</summary>
    public Task<JsonElement> ChangedInStore { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await _viewer.InitializeAsync();
        Liar = ShowAsync("a-liar", new Fault(FaultKind.LiesAboutEmbedding, 2), IsCertified);
        Silent = ShowAsync("b-silent", new Fault(FaultKind.Silent, 1, 3), IsCertified);
        OtherClip = ShowAsync("c-other-clip", new Fault(FaultKind.PublishesOtherClip), IsRejected);
        ChangedInStore = ShowAsync("d-changed", new Fault(FaultKind.HoldsPublished), IsRejected, ChangeAsync);

        // Each test asks for its own, and is told why there is none.
        await ((Task)Task.WhenAll(Liar, Silent, OtherClip, ChangedInStore)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    public ValueTask DisposeAsync() => _viewer.DisposeAsync();

    private static bool IsCertified(JsonElement slot) => slot.GetProperty("state").GetString() == "certified";

    private static bool IsRejected(JsonElement slot) => slot.GetProperty("state").GetString() == "failed"
        && slot.GetProperty("reason").GetString()!.Contains("rejected the clip", StringComparison.Ordinal);

    /// <summary>Has slots take a fault until one ends as it should where there is time for it.</summary>
    /// <param name="name">The fault's name.</param>
    /// <param name="fault">The fault.</param>
    /// <param name="shows">Whether a slot has ended so.</param>
    /// <param name="whileHeld">What happens while the slot is held.</param>
    private async Task<JsonElement> ShowAsync(string name, Fault fault, Func<JsonElement, bool> shows, Func<Held, Task>? whileHeld = null)
    {
        var seen = new List<string>();
        for (var attempt = 0; attempt < 5; attempt++)
        {
            var before = _stack.Faults.SlotOf(name);
            _stack.Faults.Arm(name, fault);
            var taken = await Eventually.HoldsAsync($"a slot takes the fault {name}", () => Task.FromResult(_stack.Faults.SlotOf(name)), slot => slot != before);
            var slot = taken!.Value;
            if (whileHeld is not null)
            {
                var held = await Eventually.HoldsAsync($"slot {slot} is held", () => Task.FromResult(_stack.Faults.HeldAt(name, slot)), held => held is not null);
                await whileHeld(held!);
                _stack.Faults.Release(name, slot);
            }

            var detail = await _stack.DecidedSlotAsync(slot);
            if (shows(detail))
                return detail;
            seen.Add($"slot {slot}: {detail.GetProperty("state").GetString()}, {detail.GetProperty("reason").GetString()}");
        }

        Assert.Fail($"No slot ended as it should with the fault {name}. {string.Join(" ", seen)}");
        throw new InvalidOperationException();
    }

    /// <summary>Flips a bit in the middle of the clip's last piece in the content store.</summary>
    private async Task ChangeAsync(Held held)
    {
        var container = new BlobContainerClient(
            _stack.Instance("core-1").Context.CreateEnvironment()["ConnectionStrings__blobs"],
            "chunks",
            new BlobClientOptions(BlobClientOptions.ServiceVersion.V2024_11_04));
        var payload = held.Payloads[^1];
        var blob = container.GetBlobClient($"{payload[..2]}/{payload}");
        BlobDownloadResult stored = await blob.DownloadContentAsync();
        var bytes = stored.Content.ToArray();
        bytes[bytes.Length / 2] ^= 1;
        await blob.UploadAsync(new BinaryData(bytes), overwrite: true);
    }
}
