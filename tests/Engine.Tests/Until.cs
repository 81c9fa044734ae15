using System.Diagnostics;

namespace Nsn.Engine.Tests;

internal static class Until
{
    /// <summary>Tries something again until it works; the failure says what did not come about, and why the last try failed.</summary>
    public static async Task WorksAsync(string what, Func<Task> attempt)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                await attempt().WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
                return;
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                if (clock.Elapsed > TimeSpan.FromSeconds(60))
                    Assert.Fail($"Within 60 s this did not come about: {what}. The last try: {exception}");
                await Task.Delay(20, TestContext.Current.CancellationToken);
            }
        }
    }

    /// <summary>Waits for a condition; the failure says what did not happen, and what was seen instead.</summary>
    public static async Task HoldsAsync(string what, Func<bool> condition, Func<string>? seen = null)
    {
        var clock = Stopwatch.StartNew();
        while (!condition())
        {
            if (clock.Elapsed > TimeSpan.FromSeconds(60))
                Assert.Fail($"Within 60 s this did not happen: {what}.{(seen is null ? "" : $" Instead: {seen()}")}");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }
}
