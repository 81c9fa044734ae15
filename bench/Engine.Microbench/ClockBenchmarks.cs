using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Nsn.Engine.Microbench;

/// <summary>What the clock causes, by hand: a tick of a timer from due to set anew, and the look at 10,000 activations and 1,000 calls under way that ends those whose time is up.</summary>
[MemoryDiagnoser]
public class ClockBenchmarks
{
    private const int IdleGrains = 9_000;
    private const int WaitingGrains = 1_000;
    private const int TicksPerLook = 5;
    private const int TicksPerRound = 1000;
    private static readonly TimeSpan s_tick = TimeSpan.FromMilliseconds(100);
    private readonly ManualTimeProvider _time = new();
    private readonly Permission _permission = new();
    private Task[] _calls = [];
    private IHost _host = null!;
    private ManualTimeProvider.ManualTimer _timer = null!;
    private ManualTimeProvider.ManualTimer _clock = null!;

    [GlobalSetup]
    public async Task Setup()
    {
        _host = Hosts.StartSilo(silo => silo.Services.AddSingleton<TimeProvider>(_time).AddSingleton(_permission));
        var factory = _host.Services.GetRequiredService<IGrainFactory>();
        await factory.GetGrain<ITimedGrain>(0).Keep(1);
        for (var i = 0; i < IdleGrains; i++)
            await factory.GetGrain<IPatientGrain>(i).Touch();
        _calls = [.. Enumerable.Range(IdleGrains, WaitingGrains).Select(i => factory.GetGrain<IPatientGrain>(i).Wait())];
        _timer = _time.Find(TimeSpan.FromHours(1), Timeout.InfiniteTimeSpan).Single();
        _clock = _time.Find(s_tick, s_tick).Single();
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _permission.SetResult();
        Task.WaitAll(_calls);
        Hosts.Stop(_host);
    }

    [Benchmark(OperationsPerInvoke = TicksPerRound)]
    public async Task Tick_of_a_timer()
    {
        for (var i = 0; i < TicksPerRound; i++)
        {
            _timer.Fire();
            await _timer.Set.WaitAsync();
        }
    }

    [Benchmark]
    public void Look_for_calls_whose_time_is_up()
    {
        for (var i = 0; i < TicksPerLook; i++)
            _clock.Fire();
    }
}
