using Nsn.Vortex.Pipeline;

namespace Nsn.Vortex.Tests;

public sealed class HostTests : IDisposable
{
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
}
