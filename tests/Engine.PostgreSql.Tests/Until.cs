using System.Diagnostics;

namespace Nsn.Engine.PostgreSql.Tests;

internal static class Until
{
    /// <summary>Waits for a condition; the failure says what did not happen.</summary>
    public static async Task HoldsAsync(Func<Task<bool>> condition, string what)
    {
        var clock = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(60), $"Within 60 s this did not happen: {what}.");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }
}
