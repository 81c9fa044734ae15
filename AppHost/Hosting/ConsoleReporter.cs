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
            instance.Changed += snapshot => Report(instance, snapshot);
    }

    public void Line(string text)
    {
        lock (_lock)
            _output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(_started).TotalSeconds,7:F1} s  {text}"));
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

    private void Report(ResourceInstance instance, ResourceSnapshot snapshot)
    {
        // Which probe failed while something starts is for the dashboard.
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
