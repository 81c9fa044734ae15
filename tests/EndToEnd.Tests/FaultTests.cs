using System.Diagnostics;
using System.Text.Json;
using Nsn.AppHost.Supervision;
using Nsn.EndToEnd.Faults;

namespace Nsn.EndToEnd.Tests;

/// <summary>
/// Processes die while somebody watches: what they see of it, what is certified afterwards, and that the ledger is whole.
/// <para>
/// A picture stands still for two reasons. Either nothing to play has arrived: that is what a fault of the network may do for two seconds at
/// most where the viewer's own gateway lives. Or there is something to play, and the browser gets no processor to show it: that is this
/// machine, which has silos to start and models to run on the same cores. So what is bounded is the time in which the page ran and its
/// buffer was empty, and on top of two seconds goes what the same page missed before anything had been done to the network.
/// </para>
/// </summary>
public sealed class FaultTests(StackFixture stack, WatchingViewer viewer) : IClassFixture<WatchingViewer>
{
    private static readonly TimeSpan s_freezeMax = TimeSpan.FromSeconds(2);

    [Theory]
    [InlineData("core-1")]
    [InlineData("core-2")]
    public async Task A_core_silo_is_killed_and_comes_back(string name) =>
        await NobodyNoticesAsync(() => EndAsync(name, (_, process) => Kill(process)));

    [Fact]
    public async Task PostgreSQL_restarts() =>
        await NobodyNoticesAsync(() => EndAsync("postgres", (instance, _) => instance.RestartAsync()));

    [Fact]
    public async Task A_GPU_silo_is_killed_while_it_makes_a_clip() => await NobodyNoticesAsync(async () =>
    {
        var (slot, held) = await HeldAsync("killed-device", FaultKind.HoldsGeneration);
        Assert.Equal(stack.Instance("gpu").Snapshot.ProcessId, held.ProcessId);
        await EndAsync("gpu", (_, process) => Kill(process));
        stack.Faults.Release("killed-device", slot);
        await IsDecidedAsync(slot);
    });

    [Fact]
    public async Task A_proposer_dies_with_its_silo_when_its_clip_is_published_and_nobody_knows_of_it() => await NobodyNoticesAsync(async () =>
    {
        var (slot, held) = await HeldAsync("killed-proposer", FaultKind.HoldsPublished);
        var silo = stack.Application.Instances.Single(instance => instance.Snapshot.ProcessId == held.ProcessId).Context.InstanceName;
        Assert.StartsWith("core-", silo);
        await EndAsync(silo, (_, process) => Kill(process));
        stack.Faults.Release("killed-proposer", slot);
        await IsDecidedAsync(slot);
    });

    [Fact]
    public async Task A_killed_gateway_comes_back_and_so_does_its_viewer()
    {
        var from = await viewer.NowAsync();
        await EndAsync("gateway", (_, process) => Kill(process));
        var slot = (await stack.CertifiedSlotAsync(await SlotToComeAsync())).GetProperty("slot").GetUInt64();
        await viewer.VerdictsOfAsync(slot - 1); // the page is shown something that the new gateway alone can have sent it
        var seen = await viewer.SeesCertifiedAgainAsync(from);
        Assert.True(await viewer.NowAsync() > from, "somebody has loaded the page again");
        TestContext.Current.TestOutputHelper?.WriteLine($"longest pause of the picture {seen.Pause.TotalSeconds:F2} s");
        await AllIsWellAsync();
    }

    /// <summary>The watch itself: where nothing comes any more, it says so. Else none of these tests could fail by it.</summary>
    [Fact]
    public async Task A_gateway_that_stands_still_is_seen_by_the_watch()
    {
        await stack.CertifiedSlotAsync(0);
        var from = await viewer.NowAsync();
        var gateway = stack.Instance("gateway").Snapshot.ProcessId ?? throw new InvalidOperationException("the gateway does not run");
        await SignalAsync("STOP", gateway);
        try
        {
            await Eventually.HoldsAsync("the page has had nothing to play for longer than is allowed", () => viewer.SeenSinceAsync(from), RanDry, 60);
        }
        finally
        {
            await SignalAsync("CONT", gateway);
        }

        var seen = await viewer.SeesCertifiedAgainAsync(from);
        TestContext.Current.TestOutputHelper?.WriteLine($"without anything to play {seen.Dry.TotalSeconds:F2} s");
        Assert.True(RanDry(seen), "the page came back, and the watch has forgotten what it saw before");
        await AllIsWellAsync();
    }

    /// <summary>Whether a page lacked something to play for more than two seconds, and for longer than it lacked it while nobody disturbed it.</summary>
    private bool RanDry(WatchingViewer.Seen seen) => seen.Dry > s_freezeMax + viewer.DryUndisturbed;

    /// <summary>A fault behind a gateway that lives: the picture goes on, slots are certified again, page and ledger tell the same, and the ledger is whole.</summary>
    private async Task NobodyNoticesAsync(Func<Task> fault)
    {
        await stack.CertifiedSlotAsync(0);
        var from = await viewer.NowAsync();
        await fault();
        await stack.CertifiedSlotAsync(await SlotToComeAsync());
        var seen = await viewer.SeesCertifiedAgainAsync(from);
        TestContext.Current.TestOutputHelper?.WriteLine($"longest pause of the picture {seen.Pause.TotalSeconds:F2} s, of that without anything to play {seen.Dry.TotalSeconds:F2} s");
        Assert.False(
            RanDry(seen),
            $"the page had nothing to play for {seen.Dry.TotalSeconds:F1} s, undisturbed for {viewer.DryUndisturbed.TotalSeconds:F1} s; its longest pause was {seen.Pause.TotalSeconds:F1} s");
        await AllIsWellAsync();
    }

    private async Task AllIsWellAsync()
    {
        await viewer.ShowedAsCertifiedOnlyWhatTheLedgerHoldsAsync();
        await stack.LedgerIsWholeAsync();
    }

    private static async Task SignalAsync(string signal, int process)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{process}"]);
        await kill.WaitForExitAsync();
        Assert.Equal(0, kill.ExitCode);
    }

    private static Task Kill(int process)
    {
        Process.GetProcessById(process).Kill();
        return Task.CompletedTask;
    }

    /// <summary>Ends a process in the way that is given, and waits until another one has taken its place.</summary>
    private async Task EndAsync(string name, Func<ResourceInstance, int, Task> end)
    {
        var instance = stack.Instance(name);
        var process = instance.Snapshot.ProcessId ?? throw new InvalidOperationException($"{name} does not run.");
        await end(instance, process);
        await Eventually.HoldsAsync(
            $"{name} is started again and ready",
            () => Task.FromResult(instance.Snapshot),
            snapshot => snapshot.ProcessId != process && snapshot.State == ResourceState.Ready);
    }

    /// <summary>Leaves a fault for the next slot, and waits until it is held.</summary>
    private async Task<(ulong Slot, Held Held)> HeldAsync(string name, FaultKind kind)
    {
        stack.Faults.Arm(name, new Fault(kind));
        return await Eventually.HoldsAsync(
            $"a slot is held ({kind})",
            () => Task.FromResult(stack.Faults.SlotOf(name) is { } slot && stack.Faults.HeldAt(name, slot) is { } held ? (Slot: slot, Held: held) : default),
            found => found.Held is not null);
    }

    /// <summary>A slot whose work was broken off ends all the same: another proposer's clip is certified, or the reason is told why none is.</summary>
    private async Task IsDecidedAsync(ulong slot)
    {
        JsonElement detail = await stack.DecidedSlotAsync(slot);
        var certified = detail.GetProperty("state").GetString() == "certified";
        Assert.Equal(certified, await stack.LedgerCertificateAsync(slot) is not null);
        if (!certified)
            Assert.NotEmpty(detail.GetProperty("reason").GetString()!);
        TestContext.Current.TestOutputHelper?.WriteLine($"slot {slot}: {(certified ? "certified all the same" : detail.GetProperty("reason").GetString())}");
    }

    /// <summary>A slot that cannot have its certificate yet: the ledger takes them two slots ahead of the one on air.</summary>
    private async Task<ulong> SlotToComeAsync() => 3 + await Eventually.HoldsAsync(
        "the gateway knows what is on air", async () => (await stack.GetAsync("/api/channels/main")).GetProperty("slot").GetUInt64(), slot => slot > 0);
}
