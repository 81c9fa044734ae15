using Microsoft.Extensions.Logging;
using Nsn.AppHost.Hosting;
using Nsn.AppHost.Model;
using Nsn.AppHost.Supervision;

namespace Nsn.AppHost.Tests;

/// <summary>Why something is not ready: from its health endpoint and its console to the person at the terminal.</summary>
public class LateReportTests
{
    private static readonly DateTimeOffset Noon = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("""{"status":"Unhealthy","checks":{"silo":{"status":"Unhealthy","description":"the journal is of another chain"},"disk":{"status":"Healthy","description":"ready"}}}""", "the journal is of another chain")]
    [InlineData("""{"checks":{"a":{"status":"Unhealthy","description":"one"},"b":{"status":"Unhealthy","description":"two"}}}""", "one; two")]
    [InlineData("""{"checks":{"a":{"status":"Unhealthy","description":null}}}""", """answers 503 {"checks":{"a":{"status":"Unhealthy","description":null}}}""")]
    [InlineData("not yet", "answers 503 not yet")]
    [InlineData("[1]", "answers 503 [1]")]
    [InlineData("", "answers 503")]
    public void A_health_answer_becomes_a_sentence(string body, string sentence) => Assert.Equal(sentence, HealthAnswer.Explain(503, body));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_last_complaint_in_a_console_is_found(bool asOurHosts)
    {
        using var console = new HostConsole(asOurHosts);
        var log = new LogBuffer(TimeProvider.System);
        Assert.Null(Complaint.Last(log));
        Append(log, console.Write(LogLevel.Information, "all is well: warn: nobody [1]"));
        Assert.Null(Complaint.Last(log));
        Append(log, console.Write(LogLevel.Warning, "The ledger [1] does not answer"));
        Append(log, console.Write(LogLevel.Information, "going on"));
        Append(log, console.Write(LogLevel.Debug, "going on\nand on"));
        Assert.Equal("The ledger [1] does not answer", Complaint.Last(log));
        Append(log, console.Write(LogLevel.Error, "Health check silo with status Unhealthy", category: "Microsoft.Extensions.Diagnostics.HealthChecks.DefaultHealthCheckService"));
        Assert.Equal("The ledger [1] does not answer", Complaint.Last(log));
        Append(log, console.Write(LogLevel.Error, "The journal is of another chain", Thrown()));
        Assert.StartsWith("The journal is of another chain", Complaint.Last(log), StringComparison.Ordinal);
        Assert.DoesNotContain("    at ", Complaint.Last(log), StringComparison.Ordinal);
        Append(log, console.Write(LogLevel.Critical, "The end"), isError: true);
        Append(log, console.Write(LogLevel.Information, "Shutting down"), isError: true);
        Assert.Equal("The end", Complaint.Last(log));

        long restarted = log.LastSequence;
        Assert.Null(Complaint.Last(log, restarted));
        log.Append("Unhandled exception. Bad settings", isError: true);
        log.Append("   at Program.Main()", isError: true);
        log.Append("AppHost: ended with exit code 134; next start in 1 s", isError: true);
        Assert.Equal("Unhandled exception. Bad settings", Complaint.Last(log, restarted));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Every_line_of_a_console_has_the_level_of_its_entry(bool asOurHosts)
    {
        using var console = new HostConsole(asOurHosts);
        foreach ((LogLevel level, string name) in new[]
        {
            (LogLevel.Trace, "trce"), (LogLevel.Debug, "dbug"), (LogLevel.Information, "info"), (LogLevel.Warning, "warn"), (LogLevel.Error, "fail"), (LogLevel.Critical, "crit"),
        })
        {
            var log = new LogBuffer(TimeProvider.System);
            Append(log, console.Write(level, "first\nsecond", Thrown()));
            Assert.All(log.ReadAfter(0), line => Assert.Equal(name, line.Level));

            // Another stream's lines come in between; what is no entry has no level.
            log.Append("      indented", isError: true);
            log.Append("plain", isError: false);
            log.Append("      indented", isError: false);
            log.Append("no warn: here", isError: false);
            Assert.Equal(["", "", "", ""], log.ReadAfter(log.LastSequence - 4).Select(line => line.Level));
        }
    }

    [Fact]
    public void A_complaint_has_the_message_and_the_exception_without_its_stack()
    {
        using var console = new HostConsole(asOurHosts: true);
        var log = new LogBuffer(TimeProvider.System);
        Append(log, console.Write(LogLevel.Error, "The journal is of another chain", Thrown()));
        Assert.Equal("The journal is of another chain System.InvalidOperationException: thrown", Complaint.Last(log));
    }

    [Fact]
    public void The_reason_is_told_after_10_s_after_30_s_and_once_a_minute()
    {
        var report = new LateReport();
        ResourceSnapshot starting = Snapshot(ResourceState.Starting, "the journal is of another chain", "run reset");
        var told = Enumerable.Range(0, 200).Where(second => report.Next(starting, null, Noon.AddSeconds(second)) is not null);
        Assert.Equal([10, 30, 90, 150], told);
        Assert.Equal(
            "not ready for 210 s: the journal is of another chain (last complaint in its console: run reset)", report.Next(starting, "added 300 packages", Noon.AddSeconds(210)));

        // It was ready in between: everything begins anew.
        Assert.Null(report.Next(Snapshot(ResourceState.Ready, "", null), "added 300 packages", Noon.AddSeconds(211)));
        Assert.Null(report.Next(Snapshot(ResourceState.Preparing, "", null), "", Noon.AddSeconds(212)));
        Assert.Null(report.Next(Snapshot(ResourceState.Preparing, "", null), "", Noon.AddSeconds(221)));
        Assert.Equal("not ready for 10 s: still preparing (added 300 packages)", report.Next(Snapshot(ResourceState.Preparing, "", null), "added 300 packages", Noon.AddSeconds(222)));
        Assert.Null(report.Next(Snapshot(ResourceState.Ready, "", null), "", Noon.AddSeconds(223)));
        Assert.Null(report.Next(Snapshot(ResourceState.Unhealthy, "gone", null), "added 300 packages", Noon.AddSeconds(224)));
    }

    [Fact]
    public void A_new_reason_is_told_before_its_time_and_a_known_one_is_not()
    {
        var report = new LateReport();
        string[] reasons = ["the ledger does not answer", "connection refused"];

        // Two reasons that take turns, one of which counts.
        List<string> told = [];
        for (int second = 0; second < 30; second++)
        {
            if (report.Next(Snapshot(ResourceState.Starting, $"{reasons[second % 2]}, attempt {second}", $"{second} s late"), null, Noon.AddSeconds(second)) is { } line)
                told.Add(line);
        }

        Assert.Equal(2, told.Count);
        Assert.StartsWith("not ready for 10 s: the ledger does not answer, attempt 10", told[0], StringComparison.Ordinal);
        Assert.StartsWith("not ready for 21 s: connection refused, attempt 21", told[1], StringComparison.Ordinal);
        Assert.Null(report.Next(Snapshot(ResourceState.Starting, "the models are being loaded", null), null, Noon.AddSeconds(29)));
        Assert.Equal("not ready for 31 s: the models are being loaded", report.Next(Snapshot(ResourceState.Starting, "the models are being loaded", null), null, Noon.AddSeconds(31)));
    }

    [Fact]
    public async Task A_reason_that_changes_with_every_look_is_not_a_line_for_every_look()
    {
        using var data = new DataFolder();
        StackBuilder builder = StackBuilder.Create($"--Data={data.Path}");
        var fickle = new FickleResource("fickle");
        builder.Add(fickle);
        await using StackApplication application = builder.Build();
        using var output = new StringWriter();
        var console = new ConsoleReporter(application, output);
        application.Start();
        await Eventually.HoldsAsync(() => fickle.Looks > 20, "health checks that fail, each with another reason");
        await application.StopAsync();
        console.Line("the end");
        string[] lines = output.ToString().Split('\n');
        Assert.Single(lines, line => line.Contains("unhealthy", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("unhealthy: reason ", StringComparison.Ordinal));
    }

    /// <summary>Well at first, and then unwell for a reason that is another one each time.</summary>
    private sealed class FickleResource(string name) : Resource(name)
    {
        private int _looks;

        public int Looks => Volatile.Read(ref _looks);

        public override string Kind => "test";

        protected internal override LaunchPlan? CreateLaunchPlan(ResourceContext context) => null;

        protected internal override Task<string?> CheckHealthAsync(ResourceContext context, CancellationToken cancellationToken) =>
            Task.FromResult(Interlocked.Increment(ref _looks) is > 1 and var look ? $"reason {look}" : null);
    }

    private static void Append(LogBuffer log, IEnumerable<string> lines, bool isError = false)
    {
        foreach (string line in lines)
            log.Append(line, isError);
    }

    private static InvalidOperationException Thrown()
    {
        try
        {
            throw new InvalidOperationException("thrown");
        }
        catch (InvalidOperationException error)
        {
            return error;
        }
    }

    private static ResourceSnapshot Snapshot(ResourceState state, string detail, string? complaint) =>
        new("core-1", "core", "project Silo", state, detail, 0, 1, null, Noon, complaint, []);
}
