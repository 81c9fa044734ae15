using System.Diagnostics;

namespace Nsn.Engine.Tests;

internal static class Until
{
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
