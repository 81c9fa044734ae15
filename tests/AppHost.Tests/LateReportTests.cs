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
    public void The_reason_is_told_after_a_while_when_it_changes_and_once_a_minute()
    {
        var report = new LateReport();
        ResourceSnapshot starting = Snapshot(ResourceState.Starting, "the journal is of another chain", "run reset");
        Assert.Null(report.Next(starting, "added 300 packages", Noon));
        Assert.Null(report.Next(starting, "added 300 packages", Noon.AddSeconds(14)));
        Assert.Equal("not ready for 15 s: the journal is of another chain (last complaint in its console: run reset)", report.Next(starting, "added 300 packages", Noon.AddSeconds(15)));
        Assert.Null(report.Next(starting, "added 300 packages", Noon.AddSeconds(74)));
        Assert.NotNull(report.Next(starting, "added 300 packages", Noon.AddSeconds(75)));
        Assert.Equal("not ready for 80 s: the models are being loaded", report.Next(Snapshot(ResourceState.Starting, "the models are being loaded", null), "added 300 packages", Noon.AddSeconds(80)));
        Assert.Null(report.Next(Snapshot(ResourceState.Ready, "", null), "added 300 packages", Noon.AddSeconds(81)));
        Assert.Null(report.Next(Snapshot(ResourceState.Preparing, "", null), "", Noon.AddSeconds(82)));
        Assert.Equal("not ready for 15 s: still preparing (added 300 packages)", report.Next(Snapshot(ResourceState.Preparing, "", null), "added 300 packages", Noon.AddSeconds(97)));
        Assert.Null(report.Next(Snapshot(ResourceState.Ready, "", null), "", Noon.AddSeconds(98)));
        Assert.Null(report.Next(Snapshot(ResourceState.Unhealthy, "gone", null), "added 300 packages", Noon.AddSeconds(99)));
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
