using Nsn.Engine.Soak;

namespace Nsn.Engine.PostgreSql.Tests;

/// <summary>Silos as processes, broken under load. The same program runs for longer from the command line: bench/Engine.Soak.</summary>
[Collection(nameof(PostgreSqlCollection))]
public sealed class KillTests(PostgreSqlFixture server, ITestOutputHelper output)
{
    /// <summary>With the environment variable NSN_ENGINE_SOAK set, silos are paused for longer than a lease, too.</summary>
    private static readonly bool s_long = Environment.GetEnvironmentVariable("NSN_ENGINE_SOAK") is { Length: > 0 };

    [Fact]
    public async Task Killed_silos_lose_no_acknowledged_write_and_never_act_twice()
    {
        var options = new SoakOptions { Kills = 10, Changes = 6, Pauses = s_long ? 1 : 0, Counters = 15, Pace = TimeSpan.FromMilliseconds(50) };
        await using var run = new SoakRun(server.ConnectionString, options, output.WriteLine);
        var report = await run.RunAsync();
        output.WriteLine(report.ToString());
        Assert.Empty(report.Broken(options));
        Assert.Equal(0, report.StaleWrites);
        Assert.True(report.Acknowledged > 0);
        Assert.True(report.Ticks > 0, "No reminder ticked.");
    }
}
