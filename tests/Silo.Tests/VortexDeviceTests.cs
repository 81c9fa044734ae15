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

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _pack.Dispose();

    [Fact]
    public async Task A_check_that_hangs_gives_its_place_back()
    {
        var store = new SilentStore();
        await using var device = new VortexDevice(
            new SiloSettings { ModelPack = _pack.Folder, Device = "cpu" }, store, _time, NullLogger<VortexDevice>.Instance, NullLogger<ClipPipelineHost>.Instance);
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
        await using var devices = new VortexDevices(settings, new KeepingStore(), _time, NullLogger<VortexDevice>.Instance, NullLogger<ClipPipelineHost>.Instance);
        Assert.Equal(count, devices.All.Count);
    }

    private VortexDevice Device(int budgetMib, params string[] more)
    {
        var settings = new SiloSettings { ModelPack = _pack.Folder, Device = "cpu", VramBudgetMib = budgetMib };
        foreach (var folder in more)
            settings.MorePacks.Add(folder);
        return new VortexDevice(settings, new KeepingStore(), _time, NullLogger<VortexDevice>.Instance, NullLogger<ClipPipelineHost>.Instance);
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
