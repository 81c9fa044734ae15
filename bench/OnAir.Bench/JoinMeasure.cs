namespace Nsn.OnAir.Bench;

/// <summary>Opens the viewer's page anew a number of times and looks how long it takes until a picture, and a certified one, is on the screen.</summary>
internal static class JoinMeasure
{
    public static async Task<JoinFigures> MeasureAsync(BenchStack stack, int joins)
    {
        var any = new List<double>();
        var certified = new List<double>();
        await using var browser = await HeadlessBrowser.LaunchAsync();
        // The first page of a browser waits for its processes.
        await (await WatchedScreen.OpenAsync(browser, stack.Gateway)).DisposeAsync();
        for (int i = 0; i < joins; i++)
        {
            await using var screen = await WatchedScreen.OpenAsync(browser, stack.Gateway);
            var (first, firstCertified) = await screen.FirstPicturesAsync();
            any.Add(first / 1000);
            certified.Add(firstCertified / 1000);
        }

        any.Sort();
        certified.Sort();
        return new JoinFigures(joins, Math.Round(any[joins / 2], 2), Math.Round(any[^1], 2), Math.Round(certified[joins / 2], 2), Math.Round(certified[^1], 2));
    }
}
