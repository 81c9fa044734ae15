namespace Nsn.OnAir.Bench;

/// <summary>Something that happens to the network while somebody watches.</summary>
/// <param name="Name">For the table.</param>
/// <param name="StrikeAsync">Makes it happen.</param>
/// <param name="GatewayLives">Whether the viewer's own gateway lives, so that the picture may stand still for two seconds at most.</param>
internal sealed record Fault(string Name, Func<BenchStack, Task> StrikeAsync, bool GatewayLives = true)
{
    public static Fault[] All { get; } =
    [
        new("nothing (for comparison)", _ => Task.CompletedTask),
        Kill("gpu"),
        Kill("core-1"),
        Kill("core-2"),
        Kill("gateway"),
        new("PostgreSQL restarted", stack => stack.Find("postgres").RestartAsync()),
        new("content store restarted", stack => stack.Find("blobs").RestartAsync()),
    ];

    private static Fault Kill(string name) => new($"{name} killed with SIGKILL", stack =>
    {
        using var process = stack.ProcessOf(name);
        process.Kill();
        return Task.CompletedTask;
    }, GatewayLives: name != "gateway");
}
