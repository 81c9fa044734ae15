using System.Diagnostics;

namespace Nsn.Engine.Tests;

internal static class Until
{
    /// <summary>Waits for a condition; the failure says what did not happen.</summary>
    public static async Task HoldsAsync(string what, Func<bool> condition)
    {
        var clock = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(60), $"Within 60 s this did not happen: {what}.");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }
}
