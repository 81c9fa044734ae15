using System.Diagnostics;

namespace Nsn.AppHost.Tests;

internal static class Eventually
{
    public static Task HoldsAsync(Func<bool> condition, string what, TimeSpan? within = null) =>
        HoldsAsync(() => Task.FromResult(condition()), what, within);

    public static async Task HoldsAsync(Func<Task<bool>> condition, string what, TimeSpan? within = null)
    {
        TimeSpan limit = within ?? TimeSpan.FromSeconds(60);
        long started = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < limit, $"Waited {limit.TotalSeconds:F0} s in vain: {what}.");
            await Task.Delay(25);
        }
    }

    /// <summary>Waits for the end of something.</summary>
    public static async Task EndsAsync(Task task, string what, TimeSpan? within = null)
    {
        TimeSpan limit = within ?? TimeSpan.FromSeconds(60);
        if (await Task.WhenAny(task, Task.Delay(limit, TestContext.Current.CancellationToken)) != task)
            Assert.Fail($"Waited {limit.TotalSeconds:F0} s in vain: {what}.");
        await task;
    }
}
