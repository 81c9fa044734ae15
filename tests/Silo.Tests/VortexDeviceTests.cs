using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Nsn.Content;
using Nsn.Grains.Inference;
using Nsn.Grains.Slots;
using Nsn.Protocol.Chunks;
using Nsn.Protocol.Recipes;
using Nsn.Silo.Inference;
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
            new SiloSettings { ModelPack = _pack.Folder, Device = "cpu" }, store, _time, NullLogger<VortexDevice>.Instance, NullLogger<ClipPipeline>.Instance);
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
    }

    private static VerificationJob Job(byte[] packHash)
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
        var clip = builder.Build(5);
        var header = new byte[ChunkHeader.Size];
        clip.Chunks.First().Header.Write(header);
        var assignment = new SlotAssignment(
            new byte[32], 0, 5, RecipeCodec.Encode(recipe), recipe.Hash().ToArray(), "r-test", new byte[32], packHash, [], [], DateTimeOffset.UnixEpoch);
        return new VerificationJob(assignment, new ClipManifest(5, clip.ContentRoot.ToArray(), new byte[32], [header], [1000], 0), new byte[32], 3);
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
