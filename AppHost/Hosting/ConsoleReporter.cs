using System.Diagnostics;
using System.Globalization;
using Nsn.AppHost.Supervision;

namespace Nsn.AppHost.Hosting;

/// <summary>Tells the person at the terminal what happens: one line per change of state, and the end of the log of what crashed.</summary>
internal sealed class ConsoleReporter
{
    private const int LinesOfCrash = 15;
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly StackApplication _stack;
    private readonly TextWriter _output;
    private readonly Lock _lock = new();

    public ConsoleReporter(StackApplication stack, TextWriter output)
    {
        _stack = stack;
        _output = output;
        foreach (ResourceInstance instance in stack.Instances)
        {
            ResourceState told = ResourceState.Stopped;
            instance.Changed += snapshot =>
            {
                // Why something is not ready may change with every look at it; WatchAsync tells that from time to time.
                bool isSaid = snapshot.State == ResourceState.Unhealthy && told == ResourceState.Unhealthy;
                told = snapshot.State;
                if (!isSaid)
                    Report(instance, snapshot);
            };
        }
    }

    public void Line(string text)
    {
        lock (_lock)
            Terminal.Line(_output, string.Create(CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(_started).TotalSeconds,7:F1} s  {text}"));
    }

    public void WhereToLook(string dashboard)
    {
        Line("everything is ready:");
        foreach (ResourceSnapshot snapshot in _stack.Instances.Select(i => i.Snapshot))
        {
            foreach (EndpointSnapshot endpoint in snapshot.Endpoints.Where(e => e.IsShown))
                Line($"  {snapshot.Name,-12} {endpoint.Address}");
        }

        Line($"  {"dashboard",-12} {dashboard}");
        Line("Ctrl-C ends it.");
    }

    /// <summary>Says from time to time why something is still not ready.</summary>
    public async Task WatchAsync(CancellationToken cancellationToken)
    {
        var reports = _stack.Instances.ToDictionary(instance => instance, _ => new LateReport());
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), _stack.Stack.Time);
        while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
        {
            foreach (var (instance, report) in reports)
            {
                ResourceSnapshot snapshot = instance.Snapshot;
                if (report.Next(snapshot, LastLine(instance), _stack.Stack.Time.GetUtcNow()) is { } text)
                    Line($"{snapshot.Name,-12} {text}");
            }
        }
    }

    private static string? LastLine(ResourceInstance instance) => instance.Log.ReadAfter(0, 1) is [{ } last] ? last.Text.Trim() : null;

    private void Report(ResourceInstance instance, ResourceSnapshot snapshot)
    {
        // Which probe fails while something starts is for the dashboard, and for WatchAsync where it takes long.
        if (snapshot.State == ResourceState.Starting && snapshot.Detail.Length > 0)
            return;
        string process = snapshot.ProcessId is { } id ? $" (process {id})" : "";
        string detail = snapshot.Detail.Length > 0 ? $": {snapshot.Detail}" : "";
        Line($"{snapshot.Name,-12} {snapshot.State.ToString().ToLowerInvariant()}{process}{detail}");
        if (snapshot.State != ResourceState.Restarting)
            return;
        foreach (LogLine line in instance.Log.ReadAfter(0, LinesOfCrash))
            Line($"{snapshot.Name,-12} | {line.Text}");
    }
}
