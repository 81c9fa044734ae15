using Nsn.Engine.Soak;

namespace Nsn.Engine.PostgreSql.Tests;

/// <summary>Silos as processes that come to themselves after others have taken over, and a database that goes away under load.</summary>
[Collection(nameof(PostgreSqlCollection))]
public sealed class PauseTests(PostgreSqlFixture server, ITestOutputHelper output)
{
    [Fact]
    public async Task A_silo_that_was_declared_dead_while_paused_writes_nothing_when_it_wakes_and_joins_anew()
    {
        var report = await RunAsync(new SoakOptions { Pauses = 1, Pause = 3 * PostgreSqlJudge.Lease, Counters = 15, Pace = TimeSpan.FromMilliseconds(50) });
        Assert.Equal(1, report.Rejoined);
        Assert.Equal(0, report.StaleWrites);
    }

    [Fact]
    public async Task A_crash_of_PostgreSQL_under_load_loses_no_acknowledged_write_and_everything_goes_on_after_it()
    {
        var report = await RunAsync(new SoakOptions { Outages = 1, Counters = 15, Pace = TimeSpan.FromMilliseconds(50) });
        Assert.Equal(0, report.StaleWrites);
        Assert.True(report.AnsweredInOutages > 0, "No call was answered while PostgreSQL was away for less than a lease.");
    }

    [Fact]
    public async Task Silos_that_lose_their_lease_with_PostgreSQL_come_back_with_it_by_themselves()
    {
        var options = new SoakOptions { Outages = 1, Outage = PostgreSqlJudge.Lease + TimeSpan.FromSeconds(5), Counters = 15, Pace = TimeSpan.FromMilliseconds(50) };
        var report = await RunAsync(options);
        Assert.Equal(options.Silos, report.RejoinedAfterOutages);
        Assert.Equal(0, report.StaleWrites);
    }

    private async Task<SoakReport> RunAsync(SoakOptions options)
    {
        await using var run = new SoakRun(server.ConnectionString, options, output.WriteLine) { Server = server.Server };
        var report = await run.RunAsync();
        output.WriteLine(report.ToString());
        Assert.Empty(report.Broken(options));
        return report;
    }
}
