namespace Nsn.EndToEnd.Tests;

/// <summary>On a machine that people use, models give way to whatever else wants its processors.</summary>
public sealed class PriorityTests(StackFixture stack)
{
    private const int BelowNormal = 10;

    [Fact]
    public async Task Threads_that_make_clips_give_way_and_others_do_not()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Threads and their priorities are read from /proc.");
        await stack.CertifiedSlotAsync(0);
        var models = Priorities("gpu");
        Assert.True(models.Count(nice => nice == BelowNormal) > models.Length / 2, $"of {models.Length} threads {models.Count(nice => nice == BelowNormal)} give way");
        Assert.DoesNotContain(BelowNormal, Priorities("core-1"));
    }

    /// <summary>The nice value of each of a process's threads (proc(5): the seventeenth field behind the name in stat).</summary>
    private int[] Priorities(string name)
    {
        var process = stack.Instance(name).Snapshot.ProcessId ?? throw new InvalidOperationException($"{name} does not run.");
        return [.. Directory.GetDirectories($"/proc/{process}/task").Select(task => File.ReadAllText(Path.Combine(task, "stat")).Split(") ")[^1].Split(' ')).Select(fields => int.Parse(fields[16], System.Globalization.CultureInfo.InvariantCulture))];
    }
}
