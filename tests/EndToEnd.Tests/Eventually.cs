using System.Diagnostics;

namespace Nsn.EndToEnd.Tests;

/// <summary>Waits for a condition; the failure says what did not happen and what was seen instead.</summary>
internal static class Eventually
{
    public static async Task<T> HoldsAsync<T>(
        string what, Func<Task<T>> look, Func<T, bool> holds, double seconds = 300, Func<Task<string>>? otherwise = null)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            string seen;
            try
            {
                var value = await look();
                if (holds(value))
                    return value;
                seen = value?.ToString() ?? "null";
            }
            catch (HttpRequestException unreachable)
            {
                seen = unreachable.Message;
            }

            if (Stopwatch.GetElapsedTime(started).TotalSeconds > seconds)
                Assert.Fail($"Did not happen within {seconds} s: {what}. Last seen: {seen}. {(otherwise is null ? "" : await otherwise())}");
            await Task.Delay(TimeSpan.FromMilliseconds(250), TestContext.Current.CancellationToken);
        }
    }
}
