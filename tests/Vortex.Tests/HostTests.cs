using Nsn.Vortex.Pipeline;

namespace Nsn.Vortex.Tests;

public sealed class HostTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private readonly TinyPack _one = new();
    private readonly TinyPack _two = new();

    public HostTests()
    {
        _two.Manifest["name"] = "tiny-two";
        _two.Save();
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _one.Dispose();
        _two.Dispose();
    }

    private ClipPipelineHost Host(long budget) => new(new ClipPipelineOptions { PackFolder = _one.Folder, Device = "cpu", Threads = 1, VramBudgetBytes = budget });

    [Fact]
    public async Task Packs_stay_warm_while_they_fit()
    {
        await using var host = Host(3 << 20);
        (await host.AcquireAsync(cancellationToken: Cancellation)).Dispose();
        (await host.AcquireAsync(_two.Folder, Cancellation)).Dispose();
        Assert.Equal(["tiny 0.0.1", "tiny-two 0.0.1"], host.Snapshot().WarmPacks);
        Assert.Equal(2 << 20, host.Snapshot().VramUsedBytes);
        using var again = await host.AcquireAsync(cancellationToken: Cancellation);
        Assert.Equal(["tiny-two 0.0.1", "tiny 0.0.1"], host.Snapshot().WarmPacks);
    }

    [Fact]
    public async Task Towers_of_their_own_need_room_too()
    {
        var options = new ClipPipelineOptions { PackFolder = _one.Folder, TowersPackFolder = _two.Folder, Device = "cpu", Threads = 1, VramBudgetBytes = (2 << 20) - 1 };
        await using (var small = new ClipPipelineHost(options))
            Assert.Equal(ClipError.OutOfMemory, (await Assert.ThrowsAsync<ClipException>(() => small.AcquireAsync(cancellationToken: Cancellation))).Error);
        await using var host = new ClipPipelineHost(options with { VramBudgetBytes = 2 << 20 });
        using var lease = await host.AcquireAsync(cancellationToken: Cancellation);
        Assert.Equal(2 << 20, host.Snapshot().VramUsedBytes);
    }

    [Fact]
    public async Task An_idle_pack_makes_room_and_one_in_use_does_not()
    {
        await using var host = Host(1 << 20);
        using (await host.AcquireAsync(cancellationToken: Cancellation))
        {
            var exception = await Assert.ThrowsAsync<ClipException>(() => host.AcquireAsync(_two.Folder, Cancellation));
            Assert.Equal(ClipError.OutOfMemory, exception.Error);
        }

        using var second = await host.AcquireAsync(_two.Folder, Cancellation);
        Assert.Equal(["tiny-two 0.0.1"], host.Snapshot().WarmPacks);
        var (segments, _) = await PipelineTests.Generate(second.Pipeline, Requests.Sample with { DurationSeconds = 1 });
        Assert.Single(segments);
    }

    [Fact]
    public async Task A_pack_is_warmed_ahead_only_where_nothing_has_to_go_for_it()
    {
        await using var host = Host(1 << 20);
        Assert.True(await host.TryWarmAsync(_one.Folder, Cancellation));
        Assert.False(await host.TryWarmAsync(_two.Folder, Cancellation));
        Assert.Equal(["tiny 0.0.1"], host.Snapshot().WarmPacks);
        Assert.Equal((1 << 20, 0L), (host.Snapshot().VramUsedBytes, host.Snapshot().VramFreeBytes));
        using var lease = await host.AcquireAsync(_two.Folder, Cancellation);
        Assert.Equal(host.HashOf(_two.Folder), Assert.Single(host.Snapshot().WarmPackHashes).ToArray());
    }

    [Fact]
    public async Task Who_is_cancelled_while_a_pack_loads_leaves_at_once_and_the_pack_can_be_evicted()
    {
        using var reading = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        await using var host = new ClipPipelineHost(
            new ClipPipelineOptions { PackFolder = _one.Folder, Device = "cpu", Threads = 1, VramBudgetBytes = 1 << 20 },
            options =>
            {
                reading.Set();
                goOn.Wait(s_patience);
                return ClipPacks.Read(options);
            });
        using var leaving = new CancellationTokenSource();
        var acquiring = host.AcquireAsync(cancellationToken: leaving.Token);
        Assert.True(reading.Wait(s_patience, Cancellation), "The pack was not read.");
        await leaving.CancelAsync();
        try
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => acquiring.WaitAsync(s_patience / 2, Cancellation));
        }
        finally
        {
            goOn.Set();
        }

        // There is room for one: were the pack that loaded for nobody still held, this one could not be.
        using var second = await host.AcquireAsync(_two.Folder, Cancellation).WaitAsync(s_patience, Cancellation);
        Assert.Equal(["tiny-two 0.0.1"], host.Snapshot().WarmPacks);
    }
}
