namespace Nsn.OnAir.Bench;

/// <summary>Lets a fault happen while somebody watches, until two slots after it have been certified and shown.</summary>
internal static class FreezeMeasure
{
    private const double FreezeMilliseconds = 500;
    private const ulong SlotsAfter = 3;

    public static async Task<FreezeFigures> MeasureAsync(BenchStack stack, WatchedScreen screen, Fault fault)
    {
        await screen.WaitForCertifiedAsync();
        ulong slot = await stack.SlotOnAirAsync();
        double from = await screen.NowAsync();
        await fault.StrikeAsync(stack);
        await stack.WaitForCertifiedAsync(slot + SlotsAfter);
        // That slot is shown a slot or two later; a fault that reaches the screen late must not be missed.
        await Task.Delay(TimeSpan.FromSeconds(20));
        await screen.WaitForCertifiedAsync();
        double to = await screen.NowAsync();
        var (pictures, verdicts) = await screen.SeenSinceAsync(from);

        double[] moments = [from, .. pictures, to];
        double[] pauses = [.. moments.Zip(moments.Skip(1), (a, b) => b - a)];
        double uncertified = 0, certifiedAgain = 0;
        for (int i = 0; i < verdicts.Length; i++)
        {
            double end = i + 1 < verdicts.Length ? verdicts[i + 1].At : to;
            if (verdicts[i].Verdict != "certified")
                (uncertified, certifiedAgain) = (uncertified + end - verdicts[i].At, end - from);
        }

        return new FreezeFigures(
            fault.Name,
            Seconds(pauses.Max()),
            Seconds(pauses.Where(pause => pause > FreezeMilliseconds).Sum()),
            Seconds(uncertified),
            Seconds(certifiedAgain),
            string.Join(" ", verdicts.Select(v => v.Verdict)));
    }

    private static double Seconds(double milliseconds) => Math.Round(milliseconds / 1000, 2);
}
