using Nsn.Engine.Bench;

namespace Nsn.Engine.PostgreSql.Tests;

/// <summary>The benchmark measures what it says: bench/Engine.Bench, for a moment.</summary>
[Collection(nameof(PostgreSqlCollection))]
public sealed class BenchmarkTests(PostgreSqlFixture server)
{
    [Fact]
    public async Task Calls_between_two_silos_are_all_answered_by_the_silo_in_the_other_process()
    {
        var run = await RemoteWorkloads.SiloToSiloAsync(server.ConnectionString, TimeSpan.FromMilliseconds(100));
        Assert.NotEqual(Environment.ProcessId, run.Callee);
        Assert.Equal([run.Callee], run.Answering);
        Assert.Equal(run.Made, run.Taken);
        var figures = run.Checked().ToDictionary(figure => figure.Key, figure => figure.Value);
        Assert.All(["remote_calls_per_s", "remote_p99_us", "remote_sequential_p50_us", "remote_cpu_us_per_call", "remote_from_grains_calls_per_s"], key => Assert.True(figures[key] > 0, $"{key} is {figures[key]}."));
    }
}
