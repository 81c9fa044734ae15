using System.Diagnostics;

namespace Nsn.Grains.Tests;

/// <summary>Waits for a condition; the failure says what did not happen.</summary>
internal static class Eventually
{
    public static async Task<T> HoldsAsync<T>(string what, Func<Task<T>> look, Func<T, bool> holds, double seconds = 60)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            var seen = await look();
            if (holds(seen))
                return seen;
            Assert.True(Stopwatch.GetElapsedTime(started).TotalSeconds < seconds, $"Did not happen within {seconds} s: {what}. Last seen: {seen}");
            await Task.Delay(TimeSpan.FromMilliseconds(50), TestContext.Current.CancellationToken);
        }
    }
}
