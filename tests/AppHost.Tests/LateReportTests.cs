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

    [Fact]
    public void The_last_complaint_in_a_console_is_found()
    {
        var log = new LogBuffer(TimeProvider.System);
        Assert.Null(Complaint.Last(log));
        log.Append("info: Nsn.Silo[1]", isError: false);
        log.Append("      all is well", isError: false);
        Assert.Null(Complaint.Last(log));
        log.Append("warn: Nsn.Silo.CoreWaker[1]", isError: false);
        log.Append("      The ledger does not answer", isError: false);
        log.Append("info: Nsn.Silo[1]", isError: false);
        log.Append("      going on", isError: false);
        Assert.Equal("The ledger does not answer", Complaint.Last(log));
        long restarted = log.LastSequence;
        Assert.Null(Complaint.Last(log, restarted));
        log.Append("Unhandled exception. Bad settings", isError: true);
        log.Append("   at Program.Main()", isError: true);
        log.Append("AppHost: ended with exit code 134; next start in 1 s", isError: true);
        Assert.Equal("Unhandled exception. Bad settings", Complaint.Last(log, restarted));
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

    private static ResourceSnapshot Snapshot(ResourceState state, string detail, string? complaint) =>
        new("core-1", "core", "project Silo", state, detail, 0, 1, null, Noon, complaint, []);
}
