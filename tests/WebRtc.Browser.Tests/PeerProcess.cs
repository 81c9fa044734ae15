using System.Diagnostics;

namespace Nsn.WebRtc.Browser.Tests;

/// <summary>Runs somebody else's program as a peer, with a deadline for slow machines.</summary>
internal static class PeerProcess
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(240);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static Process Start(string program, params string[] arguments) => Process.Start(new ProcessStartInfo(program, arguments)
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = false,
    })!;

    /// <summary>Runs a program to its end and gives what it printed.</summary>
    public static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using Process process = Start(program, arguments);
        using CancellationTokenSource deadline = CreateDeadline();
        try
        {
            string output = await process.StandardOutput.ReadToEndAsync(deadline.Token);
            await process.WaitForExitAsync(deadline.Token);
            Assert.True(process.ExitCode == 0, $"{program} ended with {process.ExitCode}: {output}");
            return output;
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    /// <summary>The test's cancellation, and the deadline.</summary>
    public static CancellationTokenSource CreateDeadline()
    {
        CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        deadline.CancelAfter(Deadline);
        return deadline;
    }
}
