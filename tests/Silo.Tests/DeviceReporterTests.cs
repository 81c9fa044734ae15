using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Nsn.Grains;
using Nsn.Grains.Inference;
using Nsn.Grains.Slots;
using Nsn.Grains.Telemetry;
using Nsn.Silo.Inference;
using Orleans.Hosting;
using Orleans.TestingHost;

namespace Nsn.Silo.Tests;

/// <summary>What becomes of a device that stops to work, seen by those who choose devices and by those who look at health; over real grains.</summary>
public sealed class DeviceReporterTests : IAsyncLifetime
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);
    private TestCluster _cluster = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        (SwitchedDevice.Failure, SwitchedDevice.CallsLost) = (null, 0);
        var builder = new TestClusterBuilder(1);
        builder.AddSiloBuilderConfigurator<SiloSetup>();
        _cluster = builder.Build();
        await _cluster.DeployAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _cluster.StopAllSilosAsync();
        await _cluster.DisposeAsync();
    }

    [Theory]
    [InlineData(HealthStatus.Unhealthy, "gpu")]
    [InlineData(HealthStatus.Degraded, "gpu", "core")]
    public async Task A_device_that_fails_is_chosen_no_more_until_it_works_again_and_health_says_so(HealthStatus whileFailed, params string[] roles)
    {
        var settings = new SiloSettings();
        foreach (var role in roles)
            settings.Roles.Add(role);
        var health = new SiloHealth(settings, TimeProvider.System);
        health.CoreAlive(1);
        var directory = _cluster.GrainFactory.GetGrain<IDeviceDirectoryGrain>(ChainName.Devices);
        using var reporter = new DeviceReporter(_cluster.GrainFactory, new SwitchedDevice(), health, TimeProvider.System, NullLogger<DeviceReporter>.Instance);
        await reporter.StartAsync(Cancellation);
        await HoldsAsync("the device is chosen", async () => await ChooseAsync() is not null);
        Assert.Equal(HealthStatus.Healthy, await StatusAsync());

        SwitchedDevice.Failure = "the GPU is gone";
        await HoldsAsync("the device is chosen no more", async () => await ChooseAsync() is null);
        Assert.Equal("the GPU is gone", Assert.Single(await directory.ListAsync()).Failure);
        await HoldsAsync($"health is {whileFailed}", async () => await StatusAsync() == whileFailed);

        SwitchedDevice.Failure = null;
        await HoldsAsync("the device is chosen again", async () => await ChooseAsync() is not null);
        await HoldsAsync("health is good again", async () => await StatusAsync() == HealthStatus.Healthy);
        await reporter.StopAsync(Cancellation);

        Task<DeviceStatus?> ChooseAsync() => directory.ChooseAsync("aa", []);
        async Task<HealthStatus> StatusAsync()
        {
            health.CoreAlive(1);
            return (await health.CheckHealthAsync(new HealthCheckContext(), Cancellation)).Status;
        }
    }

    [Fact]
    public async Task A_silo_that_was_killed_and_is_back_warms_its_device_as_soon_as_the_others_have_noticed()
    {
        var settings = new SiloSettings();
        settings.Roles.Add("gpu");
        var time = new NotedTime();
        SwitchedDevice.CallsLost = 3;
        using var reporter = new DeviceReporter(_cluster.GrainFactory, new SwitchedDevice(), new SiloHealth(settings, time), time, NullLogger<DeviceReporter>.Instance);
        await reporter.StartAsync(Cancellation);
        await HoldsAsync("the device is warm", () =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return Task.FromResult(SwitchedDevice.CallsLost < 0);
        });
        Assert.All(time.Waits.Take(3), wait => Assert.InRange(wait, TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(1)));
        await reporter.StopAsync(Cancellation);
    }

    private static async Task HoldsAsync(string what, Func<Task<bool>> holds)
    {
        var until = DateTimeOffset.UtcNow + s_limit;
        while (!await holds())
        {
            Assert.True(DateTimeOffset.UtcNow < until, $"Not so within {s_limit.TotalSeconds} s: {what}.");
            await Task.Delay(50, Cancellation);
        }
    }

    /// <summary>Notes for how long is waited.</summary>
    private sealed class NotedTime : FakeTimeProvider
    {
        public ConcurrentQueue<TimeSpan> Waits { get; } = [];

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Waits.Enqueue(dueTime);
            return base.CreateTimer(callback, state, dueTime, period);
        }
    }

    private sealed class SiloSetup : ISiloConfigurator
    {
        public void Configure(ISiloBuilder siloBuilder)
        {
            siloBuilder.Services.AddGrainMetrics();
            siloBuilder.Services.AddSingleton(TimeProvider.System);
            siloBuilder.Services.AddSingleton<IInferenceDevices, SwitchedDevice>();
        }
    }

    /// <summary>A device that works or does not, as a test says; what its canary finds is known at its next check.</summary>
    private sealed class SwitchedDevice : IInferenceDevices, IInferenceDevice
    {
        private static string? s_found;

        public static string? Failure { get; set; }

        public IReadOnlyList<IInferenceDevice> All => [this];

        public DeviceStatus Status => new("test/0", "cpu", "test", ["aa"], 1, 0, 0, TimeSpan.Zero, DateTimeOffset.UtcNow, s_found);

        public IInferenceDevice? Find(string key) => this;

        /// <summary>Calls to warm it that end as those to a silo that is gone do; one less with each.</summary>
        public static int CallsLost { get; set; }

        public Task WarmAsync(CancellationToken cancellationToken) => CallsLost-- > 0 ? throw new SiloUnavailableException("The silo is gone.") : Task.CompletedTask;

        public Task CheckAsync(CancellationToken cancellationToken)
        {
            s_found = Failure;
            return Task.CompletedTask;
        }

        public Task<ClipManifest> GenerateAsync(SlotAssignment assignment, byte[] proposer, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<ClipFindings> VerifyAsync(VerificationJob job, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
