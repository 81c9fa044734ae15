using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Nsn.Content;
using Nsn.Grains.Inference;
using Nsn.Grains.Slots;
using Nsn.Protocol.Chunks;
using Nsn.Protocol.Recipes;
using Nsn.Silo.Inference;
using Nsn.Vortex;
using Nsn.Vortex.Packs;
using Nsn.Vortex.Pipeline;
using Nsn.Vortex.Tests;

namespace Nsn.Silo.Tests;

public sealed class VortexDeviceTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private readonly FakeTimeProvider _time = new();
    private readonly TinyPack _pack = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly InferenceMetrics _metrics;

    public VortexDeviceTests() => _metrics = new InferenceMetrics(_services.GetRequiredService<IMeterFactory>());

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _pack.Dispose();
        _metrics.Dispose();
        _services.Dispose();
    }

    [Fact]
    public async Task A_check_that_hangs_gives_its_place_back()
    {
        var store = new SilentStore();
        await using var device = new VortexDevice(
            new SiloSettings { ModelPack = _pack.Folder, Device = "cpu" }, store, _time, _metrics, NullLogger<VortexDevice>.Instance, NullLogger<ClipPipelineHost>.Instance);
        await device.WarmAsync(Cancellation);
        var findings = device.VerifyAsync(Job(Convert.FromHexString(Assert.Single(device.Status.WarmPacks))), Cancellation);
        _time.Advance(SharedChecks.Gathering);
        await store.Asked.WaitAsync(s_patience, Cancellation);
        Assert.Equal(1, device.Status.RunningJobs);
        _time.Advance(VortexDevice.CheckLimit);
        await Assert.ThrowsAsync<TimeoutException>(() => findings.WaitAsync(s_patience, Cancellation)).WaitAsync(s_patience, Cancellation);
        Assert.Equal(0, device.Status.RunningJobs);
    }

    [Fact]
    public async Task A_device_that_is_not_warm_yet_is_not_there_yet_so_that_it_is_asked_again()
    {
        await using var device = new VortexDevice(
            new SiloSettings { ModelPack = _pack.Folder, Device = "cpu" }, new SilentStore(), _time, _metrics, NullLogger<VortexDevice>.Instance, NullLogger<ClipPipelineHost>.Instance);
        await Assert.ThrowsAsync<SiloUnavailableException>(() => device.VerifyAsync(Job([]), Cancellation));
        await Assert.ThrowsAsync<SiloUnavailableException>(() => device.GenerateAsync(Job([]).Assignment, [], Cancellation));
    }

    [Fact]
    public async Task A_device_whose_canary_fails_later_says_so_and_is_set_up_anew_until_one_comes_through()
    {
        var canaries = 0;
        var broken = false;
        await using var device = Device(new MemoryContentStore(), (_, _) =>
        {
            canaries++;
            return broken ? throw new InvalidOperationException("the GPU is gone") : Task.CompletedTask;
        });
        await device.WarmAsync(Cancellation);
        var pack = Assert.Single(device.Status.WarmPacks);
        await device.CheckAsync(Cancellation);
        Assert.Equal(1, canaries); // the one of the start is proof enough for a while

        broken = true;
        _time.Advance(VortexDevice.ProofLasts);
        await device.CheckAsync(Cancellation);
        Assert.Equal("the GPU is gone", device.Status.Failure);
        await device.CheckAsync(Cancellation); // set up anew, and not better
        Assert.Equal(3, canaries);
        Assert.Equal("the GPU is gone", device.Status.Failure);
        Assert.Empty(device.Status.WarmPacks);
        await Assert.ThrowsAsync<InvalidOperationException>(() => device.VerifyAsync(Job(Convert.FromHexString(pack)), Cancellation));

        broken = false;
        await device.CheckAsync(Cancellation);
        Assert.Null(device.Status.Failure);
        Assert.Equal(pack, Assert.Single(device.Status.WarmPacks));
    }

    [Fact]
    public async Task A_job_that_fails_brings_the_next_canary_forward_and_a_store_that_is_away_does_not()
    {
        var canaries = 0;
        var store = new FailingStore();
        await using var device = Device(store, (_, _) =>
        {
            canaries++;
            return Task.CompletedTask;
        });
        await device.WarmAsync(Cancellation);
        var job = Job(Convert.FromHexString(Assert.Single(device.Status.WarmPacks)));
        await FailAsync(new ContentStoreException("away", new IOException()));
        Assert.Equal(1, canaries);
        await FailAsync(new InvalidOperationException("out of memory"));
        Assert.Equal(2, canaries);
        Assert.Null(device.Status.Failure);

        async Task FailAsync(Exception failure)
        {
            store.Failure = failure;
            var findings = device.VerifyAsync(job, Cancellation);
            _time.Advance(SharedChecks.Gathering);
            Assert.Same(failure, await Assert.ThrowsAnyAsync<Exception>(() => findings.WaitAsync(s_patience, Cancellation)));
            await device.CheckAsync(Cancellation).WaitAsync(s_patience, Cancellation);
        }
    }

    [Fact]
    public async Task A_canary_that_hangs_is_a_failure_after_a_while()
    {
        var hung = new TaskCompletionSource();
        var canaries = 0;
        await using var device = Device(new MemoryContentStore(), (_, _) => ++canaries == 1 ? Task.CompletedTask : hung.Task);
        await device.WarmAsync(Cancellation);
        _time.Advance(VortexDevice.ProofLasts);
        var check = device.CheckAsync(Cancellation);
        await TickUntilAsync(() => check.IsCompleted);
        await check;
        Assert.Contains("no canary came through", device.Status.Failure, StringComparison.Ordinal);
        hung.SetResult();
    }

    private async Task TickUntilAsync(Func<bool> holds)
    {
        var until = DateTimeOffset.UtcNow + s_patience;
        while (!holds())
        {
            Assert.True(DateTimeOffset.UtcNow < until, "The check of the device did not end.");
            _time.Advance(TimeSpan.FromSeconds(30));
            await Task.Delay(5, Cancellation);
        }
    }

    private VortexDevice Device(IContentStore store, Func<ClipPipeline, CancellationToken, Task> canary) => new(
        new SiloSettings { ModelPack = _pack.Folder, Device = "cpu" }, store, _time, _metrics, NullLogger<VortexDevice>.Instance, NullLogger<ClipPipelineHost>.Instance, canary);

    [Fact]
    public void Packs_for_towers_and_voice_come_from_the_settings()
    {
        var none = VortexDevice.PipelineOptions(new SiloSettings());
        Assert.Null(none.TowersPackFolder);
        Assert.Null(none.VoicePackFolder);
        var both = VortexDevice.PipelineOptions(new SiloSettings { ModelPack = "m", TowersPack = "t", VoicePack = "v" });
        Assert.Equal(("m", "t", "v"), (both.PackFolder, both.TowersPackFolder, both.VoicePackFolder));
        Assert.Equal(4L << 30, both.VramBudgetBytes);
    }

    [Theory]
    [InlineData("core", 0)]
    [InlineData("gpu", 1)]
    public async Task Only_silos_of_the_role_have_a_device_and_with_it_native_code(string role, int count)
    {
        var settings = new SiloSettings();
        settings.Roles.Add(role);
        await using var devices = new VortexDevices(settings, new KeepingStore(), _time, _metrics, NullLogger<VortexDevice>.Instance, NullLogger<ClipPipelineHost>.Instance);
        Assert.Equal(count, devices.All.Count);
    }

    private VortexDevice Device(int budgetMib, params string[] more)
    {
        var settings = new SiloSettings { ModelPack = _pack.Folder, Device = "cpu", VramBudgetMib = budgetMib };
        foreach (var folder in more)
            settings.MorePacks.Add(folder);
        return new VortexDevice(settings, new KeepingStore(), _time, _metrics, NullLogger<VortexDevice>.Instance, NullLogger<ClipPipelineHost>.Instance);
    }

    private static TinyPack Named(string name)
    {
        var pack = new TinyPack();
        pack.Manifest["name"] = name;
        pack.Save();
        return pack;
    }

    private static string HashOf(TinyPack pack) => Convert.ToHexStringLower(ModelPackReader.Read(pack.Folder).Hash.Span);

    [Fact]
    public async Task Several_packs_are_warm_at_once_where_they_fit_and_clips_are_made_with_the_one_that_is_asked_for()
    {
        using var second = Named("tiny-two");
        await using var device = Device(2, second.Folder);
        await device.WarmAsync(Cancellation);
        Assert.Equal([HashOf(_pack), HashOf(second)], device.Status.WarmPacks);
        var one = await device.GenerateAsync(Job(Convert.FromHexString(HashOf(_pack))).Assignment, [1], Cancellation);
        var two = await device.GenerateAsync(Job(Convert.FromHexString(HashOf(second)), slot: 6).Assignment, [1], Cancellation);
        Assert.Equal((8, 8), (one.SegmentDurations.Length, two.SegmentDurations.Length));
        Assert.Equal([HashOf(_pack), HashOf(second)], device.Status.WarmPacks);
        await Assert.ThrowsAsync<InvalidOperationException>(() => device.GenerateAsync(Job(new byte[32], slot: 7).Assignment, [1], Cancellation));
    }

    [Fact]
    public async Task A_pack_that_does_not_fit_is_loaded_when_it_is_asked_for_and_the_first_one_stays()
    {
        using var second = Named("tiny-two");
        using var third = Named("tiny-three");
        using var broken = Named("tiny-broken");
        await File.WriteAllTextAsync(Path.Combine(broken.Folder, "face.onnx"), "broken", Cancellation);
        await using var device = Device(2, second.Folder, third.Folder, broken.Folder);
        await device.WarmAsync(Cancellation);
        Assert.Equal([HashOf(_pack), HashOf(second)], device.Status.WarmPacks);
        await device.GenerateAsync(Job(Convert.FromHexString(HashOf(third))).Assignment, [1], Cancellation);
        Assert.Equal([HashOf(_pack), HashOf(third)], device.Status.WarmPacks);
        await using var small = Device(1, second.Folder);
        await small.WarmAsync(Cancellation);
        var failure = await Assert.ThrowsAsync<ClipException>(() => small.GenerateAsync(Job(Convert.FromHexString(HashOf(second))).Assignment, [1], Cancellation));
        Assert.Equal(ClipError.OutOfMemory, failure.Error);
        Assert.Equal([HashOf(_pack)], small.Status.WarmPacks);
    }

    private static VerificationJob Job(byte[] packHash, ulong slot = 5)
    {
        var recipe = new Recipe
        {
            RecipeId = "r-test",
            SlotParameters = new SlotParameters { DurationSeconds = 8, Width = 256, Height = 256, FramesPerSecond = 12 },
            AudioTrack = new AudioTrack { Script = "Hello." },
            VisualTrack = new VisualTrack { Prompt = "a cat" },
        };
        var builder = new ClipBuilder();
        builder.AddSegment(new byte[] { 1, 2, 3 }, 0, 1000);
        var clip = builder.Build(slot);
        var header = new byte[ChunkHeader.Size];
        clip.Chunks.First().Header.Write(header);
        var assignment = new SlotAssignment(
            new byte[32], 0, slot, RecipeCodec.Encode(recipe), recipe.Hash().ToArray(), "r-test", new byte[32], packHash, [], [], DateTimeOffset.UnixEpoch);
        return new VerificationJob(assignment, new ClipManifest(slot, clip.ContentRoot.ToArray(), new byte[32], [header], [1000], 0), new byte[32], 3);
    }

    /// <summary>Takes what it is given.</summary>
    private sealed class KeepingStore : IContentStore
    {
        public Task<byte[]> PutAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken = default) => Task.FromResult(new byte[32]);

        public Task<byte[]?> GetAsync(ReadOnlyMemory<byte> sha256, int lengthMax, CancellationToken cancellationToken = default) => Task.FromResult<byte[]?>(null);

        public Task<bool> PingAsync(CancellationToken cancellationToken = default) => Task.FromResult(true);
    }

    /// <summary>Fails as a test says.</summary>
    private sealed class FailingStore : IContentStore
    {
        public Exception Failure { get; set; } = new IOException();

        public Task<byte[]> PutAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken = default) => throw Failure;

        public Task<byte[]?> GetAsync(ReadOnlyMemory<byte> sha256, int lengthMax, CancellationToken cancellationToken = default) => throw Failure;

        public Task<bool> PingAsync(CancellationToken cancellationToken = default) => Task.FromResult(false);
    }

    /// <summary>Never answers.</summary>
    private sealed class SilentStore : IContentStore
    {
        private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Asked => _asked.Task;

        public Task<byte[]> PutAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken = default) => Task.FromResult(new byte[32]);

        public async Task<byte[]?> GetAsync(ReadOnlyMemory<byte> sha256, int lengthMax, CancellationToken cancellationToken = default)
        {
            _asked.TrySetResult();
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return null;
        }

        public Task<bool> PingAsync(CancellationToken cancellationToken = default) => Task.FromResult(true);
    }
}
