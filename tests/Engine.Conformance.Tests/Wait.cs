using System.Diagnostics;

namespace Nsn.Engine.Conformance.Tests;

/// <summary>Waits for conditions.</summary>
internal static class Wait
{
    public static async Task UntilAsync(Func<Task<bool>> condition, string what, int seconds = 20)
    {
        var clock = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.True(clock.Elapsed.TotalSeconds < seconds, $"Within {seconds} s this did not happen: {what}.");
            await Task.Delay(20);
        }
    }
}
