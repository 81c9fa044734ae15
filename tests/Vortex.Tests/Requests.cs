namespace Nsn.Vortex.Tests;

internal static class Requests
{
    public static readonly ClipRequest Sample = new()
    {
        Prompt = "a cheerful scientist with round glasses in a laboratory at night",
        DurationSeconds = 2,
        Width = 128,
        Height = 128,
        Seed = ClipSeed.FromNumber(7),
    };
}
