using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Nsn.Engine.Microbench;

/// <summary>Timers of grains while 10,000 others wait. They rest on .NET's timers: the engine has no wheel of its own.</summary>
[MemoryDiagnoser]
public class TimerBenchmarks
{
    private const int TimersPerCall = 1000;
    private IHost _host = null!;
    private ITimedGrain _grain = null!;

    [GlobalSetup]
    public async Task Setup()
    {
        _host = Hosts.StartSilo();
        var factory = _host.Services.GetRequiredService<IGrainFactory>();
        await factory.GetGrain<ITimedGrain>(1).Keep(10_000);
        _grain = factory.GetGrain<ITimedGrain>(2);
    }

    [GlobalCleanup]
    public void Cleanup() => Hosts.Stop(_host);

    [Benchmark(OperationsPerInvoke = TimersPerCall)]
    public Task Register_and_dispose_of_a_timer() => _grain.RegisterAndDispose(TimersPerCall);
}
