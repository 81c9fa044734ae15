namespace Nsn.Gateway.Tests.Fakes;

/// <summary>Waits for what happens by itself.</summary>
internal static class Eventually
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    public static async Task HoldsAsync(string what, Func<Task<bool>> holds)
    {
        var until = DateTimeOffset.UtcNow + s_limit;
        while (!await holds())
        {
            Assert.True(DateTimeOffset.UtcNow < until, $"Not so within {s_limit.TotalSeconds} s: {what}.");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }
}
