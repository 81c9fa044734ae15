using Nsn.Engine.Soak;

namespace Nsn.Engine.PostgreSql.Tests;

/// <summary>What a soak run must not end well with.</summary>
[Collection(nameof(PostgreSqlCollection))]
public sealed class SoakReportTests(PostgreSqlFixture server)
{
    private static readonly SoakOptions s_options = new() { Outages = 1 };

    public static TheoryData<SoakReport, string> Failures => new()
    {
        { new SoakReport { Failure = "it took too long" }, "too long" },
        { new SoakReport { Lost = 1 }, "lost" },
        { new SoakReport { Overlaps = 1 }, "two activations" },
        { new SoakReport { DoubleTicks = 2, DoubleTicksInARow = 2 }, "two owners" },
        { new SoakReport { Outages = 1 }, "no call was answered" },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public void A_broken_promise_is_named(SoakReport report, string word) => Assert.Contains(word, Assert.Single(report.Broken(s_options)), StringComparison.Ordinal);

    [Fact]
    public void A_tick_that_two_silos_fire_when_a_reminder_changes_hands_is_none() =>
        Assert.Empty(new SoakReport { Outages = 1, AnsweredInOutages = 1, DoubleTicks = 3, DoubleTicksInARow = 1 }.Broken(s_options));

    [Fact]
    public void Nobody_need_answer_when_the_database_is_away_for_longer_than_a_lease() =>
        Assert.Empty(new SoakReport { Outages = 1 }.Broken(s_options with { Outage = 2 * PostgreSqlJudge.Lease }));

    [Fact]
    public async Task Ticks_in_a_row_that_two_silos_fired_are_counted_for_each_reminder()
    {
        await using var witness = new Witness(server.ConnectionString);
        await witness.CreateAsync();
        foreach (var (grain, tick, times) in ((string, int, int)[])[("a", 1, 2), ("a", 2, 1), ("a", 3, 2), ("a", 4, 3), ("b", 2, 2), ("b", 5, 2)])
        {
            for (var i = 0; i < times; i++)
                await witness.TickAsync(grain, tick);
        }

        Assert.Equal(5, await witness.CountDoubleTicksAsync());
        Assert.Equal(2, await witness.CountDoubleTicksInARowAsync()); // 3 and 4 of a
    }
}
