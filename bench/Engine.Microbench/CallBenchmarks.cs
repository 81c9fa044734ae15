using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Concurrency;
using Orleans.Runtime.Placement;
using Orleans.TestingHost;

namespace Nsn.Engine.Microbench;

/// <summary>Calls one after the other: in one silo, and between two of one process, whose frames are those of a connection without the connection.</summary>
[MemoryDiagnoser]
public class CallBenchmarks
{
    /// <summary>As many as make the start of a round, which wakes a thread, not matter.</summary>
    private const int CallsPerRound = 1000;

    private readonly Offer _offer = Offer.Make(1);
    private readonly Immutable<Offer> _unchanging = new(Offer.Make(1));
    private TestCluster _cluster = null!;
    private IEchoGrain _here = null!;
    private IEchoGrain _there = null!;

    [GlobalSetup]
    public void Setup()
    {
        _cluster = new TestClusterBuilder(2).Build();
        _cluster.Deploy();
        var factory = ((InProcessSiloHandle)_cluster.Primary).ServiceProvider.GetRequiredService<IGrainFactory>();
        _here = Place(factory.GetGrain<IEchoGrain>(1), _cluster.Primary);
        _there = Place(factory.GetGrain<IEchoGrain>(2), _cluster.SecondarySilos[0]);
    }

    [GlobalCleanup]
    public void Cleanup() => _cluster.Dispose();

    [Benchmark(OperationsPerInvoke = CallsPerRound)]
    public async Task Call_in_the_silo()
    {
        for (var i = 0; i < CallsPerRound; i++)
            await _here.Number(i);
    }

    [Benchmark(OperationsPerInvoke = CallsPerRound)]
    public async Task Call_in_the_silo_with_a_record_that_is_copied()
    {
        for (var i = 0; i < CallsPerRound; i++)
            await _here.Record(_offer);
    }

    [Benchmark(OperationsPerInvoke = CallsPerRound)]
    public async Task Call_in_the_silo_with_a_record_that_is_not()
    {
        for (var i = 0; i < CallsPerRound; i++)
            await _here.Unchanging(_unchanging);
    }

    [Benchmark(OperationsPerInvoke = CallsPerRound)]
    public async Task Call_to_another_silo()
    {
        for (var i = 0; i < CallsPerRound; i++)
            await _there.Number(i);
    }

    [Benchmark(OperationsPerInvoke = CallsPerRound)]
    public async Task Call_to_another_silo_with_a_record()
    {
        for (var i = 0; i < CallsPerRound; i++)
            await _there.Record(_offer);
    }

    private static IEchoGrain Place(IEchoGrain grain, SiloHandle silo)
    {
        RequestContext.Set(IPlacementDirector.PlacementHintKey, silo.SiloAddress);
        grain.Number(0).AsTask().GetAwaiter().GetResult();
        RequestContext.Clear();
        return grain;
    }
}
