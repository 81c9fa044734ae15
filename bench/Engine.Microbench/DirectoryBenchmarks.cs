using System.Collections.Immutable;
using System.Net;
using BenchmarkDotNet.Attributes;
using Nsn.Engine.Runtime.Cluster;

namespace Nsn.Engine.Microbench;

/// <summary>The directory in memory, with 100,000 grains in it. That of PostgreSQL is measured with its database: <c>activations_postgres_per_s</c>.</summary>
[MemoryDiagnoser]
public class DirectoryBenchmarks
{
    private const int GrainCount = 100_000;
    private readonly InMemoryCluster _directory = new();
    private readonly SiloAddress _silo = SiloAddress.New(IPAddress.Loopback, 1, 1);
    private GrainId[] _grains = [];
    private GrainAddress _new = null!;
    private int _next;

    [GlobalSetup]
    public async Task Setup()
    {
        await _directory.JoinAsync(new SiloInfo(_silo, "silo", null, ImmutableDictionary<string, string>.Empty, ImmutableDictionary<string, double>.Empty, SiloStatus.Active), CancellationToken.None);
        _grains = [.. Enumerable.Range(0, GrainCount).Select(i => GrainId.Create("echo", $"{i}"))];
        foreach (var grain in _grains)
            await _directory.RegisterAsync(Propose(grain), CancellationToken.None);
        _new = Propose(GrainId.Create("echo", "new"));
    }

    [Benchmark]
    public ValueTask<GrainAddress?> Look_up() => _directory.LookupAsync(_grains[_next = (_next + 7919) % GrainCount], CancellationToken.None);

    [Benchmark]
    public ValueTask<GrainAddress?> Look_up_a_grain_that_nobody_has() => _directory.LookupAsync(_new.GrainId, CancellationToken.None);

    [Benchmark]
    public async ValueTask Register_and_unregister() => await _directory.UnregisterAsync(await _directory.RegisterAsync(_new, CancellationToken.None), CancellationToken.None);

    private GrainAddress Propose(GrainId grain) => new() { GrainId = grain, SiloAddress = _silo, ActivationId = ActivationId.NewId() };
}
