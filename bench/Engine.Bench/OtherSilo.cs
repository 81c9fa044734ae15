using System.Diagnostics;

namespace Nsn.Engine.Bench;

/// <summary>A silo in a process of its own; it ends when this object does, or this process.</summary>
internal sealed class OtherSilo : IAsyncDisposable
{
    private OtherSilo(Process process) => Process = process;

    public Process Process { get; }

    /// <param name="arguments">What <see cref="Hosts.RunSiloUntilInputEndsAsync"/> gets.</param>
    public static async Task<OtherSilo> StartAsync(params string[] arguments)
    {
        var process = Process.Start(new ProcessStartInfo("dotnet", [typeof(OtherSilo).Assembly.Location, "silo", .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        var other = new OtherSilo(process);
        string? line;
        do
        {
            line = await process.StandardOutput.ReadLineAsync();
        }
        while (line is not null and not "ready");
        if (line is null)
        {
            await other.DisposeAsync();
            throw new InvalidOperationException("The silo's process ended before the silo was ready; its error output says why.");
        }

        return other;
    }

    public async ValueTask DisposeAsync()
    {
        Process.StandardInput.Close();
        await Process.WaitForExitAsync();
        Process.Dispose();
    }
}
