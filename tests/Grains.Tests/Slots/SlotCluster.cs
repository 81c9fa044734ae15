using Microsoft.Extensions.DependencyInjection;
using Nsn.Content;
using Nsn.Grains.Channels;
using Nsn.Grains.Directors;
using Nsn.Grains.Epochs;
using Nsn.Grains.Inference;
using Nsn.Grains.Ledger;
using Nsn.Grains.Slots;
using Nsn.Grains.Telemetry;
using Nsn.Protocol.Certificates;
using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Recipes;
using Orleans.Storage;
using Orleans.TestingHost;

namespace Nsn.Grains.Tests.Slots;

/// <summary>
/// A cluster for tests of one slot: real grains, real consensus and the real ledger; only the models are missing. What goes wrong in it is
/// said in statics, so its tests run one after the other.
/// </summary>
public abstract class SlotCluster : IAsyncLifetime
{
    /// <summary>Name of the collection that all such tests are in.</summary>
    public const string Name = "slots";

    private static readonly TimeSpan s_commitTimeout = new SlotOptions().CommitTimeout;
    private readonly CancellationTokenSource _ended = new();
    private Task _reporting = Task.CompletedTask;

    /// <summary>Time that the directors have for their commitments; read when the first slot is asked for.</summary>
    private protected static TimeSpan CommitTimeout { get; set; } = s_commitTimeout;

    private protected TestCluster Cluster { get; private set; } = null!;

    private protected SlotAssignment Assignment { get; set; } = null!;

    private protected IGrainFactory Grains => Cluster.GrainFactory;

    private protected ISlotGrain Slot => Grains.GetGrain<ISlotGrain>((long)Assignment.Slot);

    private protected static Recipe Recipe => new()
    {
        RecipeId = "r-test",
        SlotParameters = new SlotParameters { DurationSeconds = 8, Width = 256, Height = 256, FramesPerSecond = 12 },
        AudioTrack = new AudioTrack { Script = "Hello." },
        VisualTrack = new VisualTrack { Prompt = "a cat" },
    };

    public async ValueTask InitializeAsync()
    {
        Forget();
        FakeDevice.Hung = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var builder = new TestClusterBuilder(1);
        builder.AddSiloBuilderConfigurator<SiloSetup>();
        Cluster = builder.Build();
        await Cluster.DeployAsync();
        var ledger = Grains.GetGrain<ILedgerGrain>(ChainName.Default);
        var head = await ledger.GetHeadAsync();
        var epoch = await ledger.GetEpochAsync(0);
        Assert.NotNull(epoch);
        await Grains.GetGrain<IDeviceDirectoryGrain>(ChainName.Devices).ReportAsync(
            await Grains.GetGrain<IInferenceGrain>(FakeDevice.Key).GetStatusAsync());
        _reporting = ReportAsync();
        const ulong slot = 1;
        var recipe = Recipe;
        Assignment = new SlotAssignment(
            head.GenesisHash,
            0,
            slot,
            RecipeCodec.Encode(recipe),
            recipe.Hash().ToArray(),
            recipe.RecipeId,
            SlotSeed.Derive(new Hash256(epoch.Randomness), slot).ToArray(),
            FakeDevice.PackHash,
            [.. epoch.Directors.Select(director => director.Account)],
            EpochSchedule.Proposers(slot, 5),
            DateTimeOffset.UtcNow.AddSeconds(30));
    }

    public async ValueTask DisposeAsync()
    {
        Forget();
        FakeDevice.Hung.TrySetResult();
        await StopSilosAsync();
        _ended.Dispose();
        await Cluster.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private static void Forget()
    {
        FakeDevice.Misbehaving.Clear();
        AwayStorage.Failing.Clear();
        Interruptions.Forget();
        CommitTimeout = s_commitTimeout;
    }

    /// <summary>Stops the cluster, and the reports of its device before that.</summary>
    private protected async Task StopSilosAsync()
    {
        await _ended.CancelAsync();
        await _reporting;
        await Cluster.StopAllSilosAsync();
    }

    /// <summary>Reports the device every second, as a silo does.</summary>
    private async Task ReportAsync()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        try
        {
            while (await timer.WaitForNextTickAsync(_ended.Token))
            {
                await Grains.GetGrain<IDeviceDirectoryGrain>(ChainName.Devices).ReportAsync(
                    await Grains.GetGrain<IInferenceGrain>(FakeDevice.Key).GetStatusAsync());
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private protected IDirectorGrain Director(int place) => Grains.GetGrain<IDirectorGrain>(Convert.ToHexStringLower(Assignment.Directors[place]));

    private protected void Make(int place, Misbehaviour wrong) => FakeDevice.Misbehaving[Convert.ToHexStringLower(Assignment.Directors[place])] = wrong;

    private protected async Task<SlotReport> RunAsync()
    {
        await Slot.StartAsync(Assignment);
        return await EndedAsync();
    }

    private protected Task<SlotReport> EndedAsync() => Eventually.HoldsAsync(
        "the slot ends", Slot.GetAsync, report => report.Phase is SlotPhase.Certified or SlotPhase.Failed);

    private protected async Task<Certificate> CertifiedAsync(SlotReport report)
    {
        Assert.True(report.Phase == SlotPhase.Certified, report.Failure);
        Assert.True(Certificate.TryDecode(report.Certificate, out var certificate, out var error), error.ToString());
        var directors = new EpochDirectors(
            new Hash256(Assignment.ChainId), 0, [.. Assignment.Directors.Select(account => new AccountId(account))]);
        Assert.Equal(CertificateError.None, certificate.Verify(Ed25519.Instance, directors));
        Assert.True(certificate.IsAccept);
        Assert.Equal(report.Manifest!.ContentRoot, certificate.Statement.ContentRoot.ToArray());
        Assert.Equal(report.Certificate, await Grains.GetGrain<ILedgerGrain>(ChainName.Default).GetCertificateAsync(Assignment.Slot));
        return certificate;
    }

    private sealed class SiloSetup : ISiloConfigurator
    {
        public void Configure(ISiloBuilder siloBuilder)
        {
            siloBuilder.Services.AddKeyedSingleton<IGrainStorage, AwayStorage>("nsn");
            siloBuilder.AddIncomingGrainCallFilter<Interruptions>();
            siloBuilder.AddIncomingGrainCallFilter<MisbehaviourFilter>();
            siloBuilder.Services.Configure<ChannelOptions>(channel => channel.SlotsKept = 2);
            siloBuilder.Services.Configure<SlotOptions>(slot => slot.CommitTimeout = CommitTimeout);
            siloBuilder.Services.AddSingleton(TimeProvider.System);
            siloBuilder.Services.AddGrainMetrics();
            siloBuilder.Services.AddSingleton<ILedgerJournal, MemoryLedgerJournal>();
            siloBuilder.Services.AddSingleton<IDirectorKeys, TestKeys>();
            siloBuilder.Services.AddSingleton<IContentStore, MemoryContentStore>();
            siloBuilder.Services.AddSingleton<IInferenceDevices, FakeDevice>();
        }
    }
}
