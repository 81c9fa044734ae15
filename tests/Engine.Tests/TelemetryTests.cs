using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Nsn.Engine.Runtime.Cluster;
using Nsn.Engine.Runtime.Silos;
using Nsn.Engine.Runtime.Telemetry;
using Orleans.Configuration;

namespace Nsn.Engine.Tests;

public interface IRelayGrain : IGrainWithIntegerKey
{
    /// <summary>Calls another grain, and says which span its own code ran in.</summary>
    Task<string> Relay(bool fail);
}

public sealed class RelayGrain : Grain, IRelayGrain
{
    public async Task<string> Relay(bool fail)
    {
        var counter = GrainFactory.GetGrain<ICounterGrain>(99);
        if (fail)
            await counter.Fail("no");
        await counter.Ping(1);
        return Activity.Current?.SpanId.ToString() ?? "";
    }
}

/// <summary>What an operator sees of silos: spans, figures, health, and that a silo with too much to do refuses clients.</summary>
public sealed class TelemetryTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_call_over_the_wire_and_the_calls_it_makes_are_one_trace()
    {
        var (siloPort, gatewayPort) = (Ports.Free(), Ports.Free());
        using var host = await StartAsync(builder => builder.UseOrleans(silo => silo.UseLocalhostClustering(siloPort, gatewayPort).AddActivityPropagation().AddActivityPropagation()));
        using var client = await StartAsync(builder => builder.UseOrleansClient(cluster => cluster.UseLocalhostClustering(gatewayPort).AddActivityPropagation()));
        var grain = client.Services.GetRequiredService<IClusterClient>().GetGrain<IRelayGrain>(1);
        using var trace = new Trace();

        var inGrain = await grain.Relay(fail: false);
        await Assert.ThrowsAsync<InvalidOperationException>(() => grain.Relay(fail: true));

        // A server span ends after its answer has gone out.
        await Until.HoldsAsync("eight spans have ended", () => trace.Spans.Count >= 8);
        var spans = trace.Spans.OrderBy(span => span.StartTimeUtc).ToList();
        Assert.Equal(8, spans.Count);
        foreach (var call in new[] { spans.Where(span => span.Status != ActivityStatusCode.Error).ToList(), spans.Where(span => span.Status == ActivityStatusCode.Error).ToList() })
        {
            var outer = Assert.Single(call, span => span.ParentSpanId == trace.Root.SpanId);
            var relay = Assert.Single(call, span => span.ParentSpanId == outer.SpanId);
            var inner = Assert.Single(call, span => span.ParentSpanId == relay.SpanId);
            var counter = Assert.Single(call, span => span.ParentSpanId == inner.SpanId);
            Assert.Equal([ActivityKind.Client, ActivityKind.Server, ActivityKind.Client, ActivityKind.Server], new[] { outer, relay, inner, counter }.Select(span => span.Kind));
            Assert.True(relay.HasRemoteParent, "The grain's span does not know that its parent is in another process.");
            Assert.EndsWith("IRelayGrain/Relay", relay.OperationName, StringComparison.Ordinal);
            Assert.Equal("Relay", relay.GetTagItem("rpc.method"));
            Assert.Equal(grain.GetGrainId().ToString(), relay.GetTagItem("rpc.orleans.target_id"));
            Assert.Equal(grain.GetGrainId().ToString(), counter.GetTagItem("rpc.orleans.source_id"));
            if (outer.Status == ActivityStatusCode.Error)
                Assert.Equal("no", outer.StatusDescription);
            else
                Assert.Equal(relay.SpanId.ToString(), inGrain);
        }

        await client.StopAsync(Cancellation);
        await host.StopAsync(Cancellation);
    }

    [Fact]
    public async Task Figures_say_what_a_silo_does_and_that_it_was_fenced()
    {
        var time = new FakeTimeProvider();
        using var host = await StartAsync(builder =>
        {
            builder.Services.AddSingleton<TimeProvider>(time);
            builder.UseOrleans(silo => silo.UseLocalhostClustering(0, 0));
        });
        using var figures = new Figures(host);
        var grain = host.Services.GetRequiredService<IGrainFactory>().GetGrain<ICounterGrain>(1);
        await grain.Ping(1);
        Assert.Equal(1, figures.Read("nsn.engine.activations"));
        Assert.Equal(1, figures.Read("nsn.engine.lease.held"));
        Assert.Equal(1, figures.Read("nsn.engine.silos"));
        Assert.Equal(0, figures.Read("nsn.engine.fences"));

        var silo = host.Services.GetRequiredService<Silo>();
        var before = silo.Address;
        host.Services.GetRequiredService<InMemoryCluster>().Declare(before);
        time.Advance(TimeSpan.FromSeconds(2));
        await Until.HoldsAsync("the silo has joined again", () => silo.MayAct && !silo.Address.Equals(before));
        Assert.Equal(1, figures.Read("nsn.engine.fences"));
        Assert.True(figures.Read("nsn.engine.lease.renewal.duration") >= 0);
        Assert.Equal(0, figures.Read("nsn.engine.activations"));
        Assert.Equal(2, await grain.Ping(1));
        await host.StopAsync(Cancellation);
    }

    [Fact]
    public async Task Health_is_bad_outside_of_the_cluster_and_degraded_while_the_lease_is_in_doubt()
    {
        var time = new FakeTimeProvider();
        var judge = new SlowJudge();
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Services.AddSingleton<TimeProvider>(time).AddSingleton<IClusterJudge>(judge).AddSingleton(judge.Cluster);
        builder.UseOrleans(silo => silo.UseLocalhostClustering(0, 0));
        using var host = builder.Build();
        Assert.Equal(HealthStatus.Unhealthy, await HealthOfAsync(host));
        await host.StartAsync(Cancellation);
        Assert.Equal(HealthStatus.Healthy, await HealthOfAsync(host));

        judge.Answers = false;
        time.Advance(TimeSpan.FromSeconds(3)); // longer than the judge vouches for, shorter than the lease
        Assert.Equal(HealthStatus.Degraded, await HealthOfAsync(host));
        var waiting = host.Services.GetRequiredService<IGrainFactory>().GetGrain<ICounterGrain>(1).Ping(1).AsTask();
        Assert.False(waiting.IsCompleted);

        judge.Answers = true;
        var silo = host.Services.GetRequiredService<Silo>();
        await Until.HoldsAsync("the lease is confirmed and the call that waited has ended", () =>
        {
            time.Advance(TimeSpan.FromMilliseconds(20));
            return silo.MayAct && waiting.IsCompleted;
        });
        Assert.Equal(HealthStatus.Healthy, await HealthOfAsync(host));
        Assert.Equal(2, await waiting);
        await host.StopAsync(Cancellation);
        Assert.Equal(HealthStatus.Unhealthy, await HealthOfAsync(host));
    }

    [Fact]
    public async Task A_silo_with_too_much_to_do_refuses_clients_and_serves_its_own_grains()
    {
        var (siloPort, gatewayPort) = (Ports.Free(), Ports.Free());
        using var host = await StartAsync(builder => builder.UseOrleans(silo => silo
            .UseLocalhostClustering(siloPort, gatewayPort)
            .Configure<LoadSheddingOptions>(options => (options.LoadSheddingEnabled, options.CpuThreshold) = (true, -1)))); // any work at all is too much
        using var client = await StartAsync(builder => builder.UseOrleansClient(cluster => cluster.UseLocalhostClustering(gatewayPort)));
        using var figures = new Figures(host);
        var silo = host.Services.GetRequiredService<Silo>();
        await Until.HoldsAsync("the silo has noticed that it has too much to do", () => silo.IsOverloaded);
        await Assert.ThrowsAsync<GatewayTooBusyException>(() => client.Services.GetRequiredService<IClusterClient>().GetGrain<ICounterGrain>(1).Ping(1).AsTask());
        Assert.Equal(2, await host.Services.GetRequiredService<IGrainFactory>().GetGrain<ICounterGrain>(1).Ping(1));
        Assert.Equal(1, figures.Read("nsn.engine.calls.shed"));
        await client.StopAsync(Cancellation);
        await host.StopAsync(Cancellation);
    }

    private static async Task<HealthStatus> HealthOfAsync(IHost host) =>
        (await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(check => check.Name == EngineTelemetry.HealthCheckName, Cancellation)).Status;

    private static Task<IHost> StartAsync(Action<HostApplicationBuilder> configure) => TestHost.StartAsync(builder =>
    {
        builder.Services.AddMetrics();
        configure(builder);
    });

    /// <summary>A judge that vouches for two seconds of a lease of ten, and that can be silent.</summary>
    private sealed class SlowJudge : IClusterJudge
    {
        private static readonly TimeSpan s_lease = TimeSpan.FromSeconds(10), s_confirmed = TimeSpan.FromSeconds(2);
        private readonly List<TaskCompletionSource> _waiting = [];
        private bool _answers = true;

        public InMemoryCluster Cluster { get; } = new();

        public event Action? Changed
        {
            add { }
            remove { }
        }

        public bool Answers
        {
            set
            {
                _answers = value;
                if (value)
                    _waiting.ForEach(waiting => waiting.SetResult());
            }
        }

        public ValueTask<LeaseRenewal> JoinAsync(SiloInfo self, CancellationToken cancellationToken) => Cluster.JoinAsync(self, cancellationToken);
        public ValueTask LeaveAsync(SiloAddress self, CancellationToken cancellationToken) => Cluster.LeaveAsync(self, cancellationToken);
        public ValueTask<ClusterView> ReadAsync(CancellationToken cancellationToken) => Cluster.ReadAsync(cancellationToken);

        public async ValueTask<LeaseRenewal> RenewAsync(SiloInfo self, CancellationToken cancellationToken)
        {
            if (!_answers)
            {
                var waiting = new TaskCompletionSource();
                _waiting.Add(waiting);
                await waiting.Task;
            }

            var renewal = await Cluster.RenewAsync(self, cancellationToken);
            return renewal with { Duration = s_lease, ConfirmedFor = s_confirmed };
        }
    }

    /// <summary>A trace that a test has begun, and all spans of it that have ended.</summary>
    private sealed class Trace : IDisposable
    {
        private readonly ActivityListener _listener;
        private readonly ConcurrentQueue<Activity> _spans = new();

        public Trace()
        {
            Root = new Activity("test").SetIdFormat(ActivityIdFormat.W3C).Start();
            _listener = new ActivityListener
            {
                ShouldListenTo = source => source.Name == EngineTelemetry.ActivitySourceName,
                Sample = (ref ActivityCreationOptions<ActivityContext> options) => options.TraceId == Root.TraceId ? ActivitySamplingResult.AllDataAndRecorded : ActivitySamplingResult.None,
                ActivityStopped = span =>
                {
                    if (span.TraceId == Root.TraceId)
                        _spans.Enqueue(span);
                },
            };
            ActivitySource.AddActivityListener(_listener);
        }

        public Activity Root { get; }
        public IReadOnlyCollection<Activity> Spans => _spans;

        public void Dispose()
        {
            _listener.Dispose();
            Root.Dispose();
        }
    }
}
