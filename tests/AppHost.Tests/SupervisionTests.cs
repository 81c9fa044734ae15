using Nsn.AppHost.Hosting;
using Nsn.AppHost.Resources;
using Nsn.AppHost.Supervision;

namespace Nsn.AppHost.Tests;

public class SupervisionTests
{
    [Fact]
    public async Task Dependencies_come_first_and_ends_go_the_other_way()
    {
        using var data = new DataFolder();
        StackBuilder builder = StackBuilder.Create($"--Data={data.Path}");
        var first = builder.AddExecutable("first", "sh", "/", "-c", "echo up; sleep 1000");
        var second = builder.AddExecutable("second", "sh", "/", "-c", "sleep 1000").WithReplicas(2).WaitFor(first);
        builder.AddExecutable("third", "sh", "/", "-c", "sleep 1000").WaitFor(second);
        await using StackApplication application = builder.Build();
        var seen = new List<string>();
        foreach (ResourceInstance instance in application.Instances)
        {
            instance.Changed += snapshot =>
            {
                lock (seen)
                    seen.Add($"{snapshot.Name} {snapshot.State}");
            };
        }

        application.Start();
        await application.WaitUntilReadyAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        int[] processes = [.. application.Instances.Select(i => i.Snapshot.ProcessId!.Value)];
        await application.StopAsync();
        Assert.All(processes, id => Assert.False(ProcessList.IsAlive(id)));
        Assert.True(seen.IndexOf("first Ready") < seen.IndexOf("second-1 Starting") && seen.IndexOf("second-2 Ready") < seen.IndexOf("third Starting"));
        Assert.True(seen.IndexOf("third Stopped") < seen.IndexOf("second-1 Stopping") && seen.IndexOf("second-2 Stopped") < seen.IndexOf("first Stopping"));
    }

    [Fact]
    public async Task What_crashes_is_started_again_and_its_children_go_with_it()
    {
        using var data = new DataFolder();
        StackBuilder builder = StackBuilder.Create($"--Data={data.Path}");
        string marker = data.Path + "-child";
        builder.AddExecutable("crasher", "sh", "/", "-c", $"sh -c 'sleep 1000; : {marker}' & echo started; sleep 0.2; exit 3");
        await using StackApplication application = builder.Build();
        application.Start();
        ResourceInstance crasher = application.Instances[0];
        await Eventually.HoldsAsync(() => crasher.Snapshot.Restarts >= 2, "two restarts");
        await application.StopAsync();
        Assert.Equal(3, crasher.Snapshot.ExitCode);
        Assert.Contains(crasher.Log.ReadAfter(0), line => line.Text == "started");
        Assert.Contains(crasher.Log.ReadAfter(0), line => line.Text.Contains("exit code 3", StringComparison.Ordinal));
        await Eventually.HoldsAsync(() => ProcessList.With(marker).Length == 0, "the crasher's children to be gone");
    }

    [Fact]
    public async Task Restarts_are_put_off_longer_and_longer_and_a_start_by_hand_begins_anew()
    {
        using var data = new DataFolder();
        StackBuilder builder = StackBuilder.Create($"--Data={data.Path}");
        builder.AddExecutable("crasher", "sh", "/", "-c", "echo started; exit 3");
        await using StackApplication application = builder.Build();
        application.Start();
        ResourceInstance crasher = application.Instances[0];
        await Eventually.HoldsAsync(() => crasher.Snapshot.Restarts >= 3, "three restarts");
        DateTimeOffset[] starts = [.. crasher.Log.ReadAfter(0).Where(line => line.Text == "started").Select(line => line.Time)];
        Assert.Equal(3, starts.Length);
        // The clock of the pauses and that of the lines may differ by a tick of the system's.
        Assert.InRange(starts[1] - starts[0], TimeSpan.FromSeconds(0.95), TimeSpan.MaxValue);
        Assert.InRange(starts[2] - starts[1], TimeSpan.FromSeconds(1.95), TimeSpan.MaxValue);
        Assert.Equal(["1 s", "2 s", "4 s"], Pauses());

        await crasher.RestartAsync();
        await Eventually.HoldsAsync(() => crasher.Snapshot.Restarts >= 4, "a restart after the start by hand");
        Assert.Equal("1 s", Pauses()[3]);

        string[] Pauses() => [.. crasher.Log.ReadAfter(0).Select(line => line.Text.Split("next start in ")).Where(parts => parts.Length == 2).Select(parts => parts[1])];
    }

    [Fact]
    public async Task A_program_has_our_environment_its_own_and_its_name_for_telemetry()
    {
        using var data = new DataFolder();
        StackBuilder builder = StackBuilder.Create($"--Data={data.Path}");
        builder.AddExecutable("teller", "sh", "/", "-c", "echo \"$OTEL_SERVICE_NAME|$OTEL_RESOURCE_ATTRIBUTES|$HOME|$Own|$ASPNETCORE_URLS\"; exec sleep 1000")
            .WithReplicas(2).WithEnvironment("Own", "yes");
        await using StackApplication application = builder.Build();
        application.Start();
        foreach (ResourceInstance instance in application.Instances)
        {
            await Eventually.HoldsAsync(() => instance.Log.LastSequence > 0, "the program to tell its environment");
            Assert.Equal(
                $"teller|service.instance.id={instance.Context.InstanceName}|{Environment.GetEnvironmentVariable("HOME")}|yes|", instance.Log.ReadAfter(0)[0].Text);
        }
    }

    [Fact]
    public async Task A_program_that_does_not_exist_is_reported_in_its_state()
    {
        using var data = new DataFolder();
        StackBuilder builder = StackBuilder.Create($"--Data={data.Path}");
        builder.AddExecutable("missing", "/no/such/program", "/");
        await using StackApplication application = builder.Build();
        application.Start();
        await Eventually.HoldsAsync(() => application.Instances[0].Snapshot.State == ResourceState.Restarting, "the failure to show");
        TimeoutException late = await Assert.ThrowsAsync<TimeoutException>(
            () => application.WaitUntilReadyAsync(TimeSpan.FromMilliseconds(10), TestContext.Current.CancellationToken));
        Assert.Contains("missing", late.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_process_that_ignores_the_signal_is_killed()
    {
        using var data = new DataFolder();
        StackBuilder builder = StackBuilder.Create($"--Data={data.Path}");
        builder.Add(new StubbornResource("stubborn"));
        await using StackApplication application = builder.Build();
        application.Start();
        await Eventually.HoldsAsync(() => application.Instances[0] is { Log.LastSequence: > 0, Snapshot.ProcessId: not null }, "the process to be up");
        int process = application.Instances[0].Snapshot.ProcessId!.Value;
        await Eventually.EndsAsync(application.StopAsync(), "the process to be killed");
        Assert.False(ProcessList.IsAlive(process));
    }

    [Fact]
    public async Task Two_AppHosts_do_not_share_a_data_folder()
    {
        using var data = new DataFolder();
        await using StackApplication first = StackBuilder.Create($"--Data={data.Path}").Build(), second = StackBuilder.Create($"--Data={data.Path}").Build();
        first.Start();
        Assert.Contains("Another AppHost", Assert.Throws<AppHostException>(second.Start).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Pauses_double_up_to_half_a_minute_and_start_over_after_a_good_run()
    {
        var backoff = new RestartBackoff();
        Assert.Equal([1, 2, 4, 8, 16, 30, 30], Enumerable.Range(0, 7).Select(_ => (int)backoff.OnCrash(TimeSpan.FromSeconds(5)).TotalSeconds));
        Assert.Equal(TimeSpan.FromSeconds(1), backoff.OnCrash(TimeSpan.FromMinutes(2)));
    }

    private sealed class StubbornResource(string name) : Model.Resource(name)
    {
        public override string Kind => "test";

        protected internal override Model.LaunchPlan? CreateLaunchPlan(Model.ResourceContext context) => new()
        {
            FileName = "sh",
            Arguments = ["-c", "trap '' TERM; echo up; while :; do sleep 1; done"],
            WorkingDirectory = "/",
            StopTimeout = TimeSpan.FromMilliseconds(300),
        };
    }
}
