using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Nsn.AppHost.Hosting;
using Nsn.AppHost.Model;
using Nsn.AppHost.Supervision;

namespace Nsn.AppHost.Smoke;

/// <summary>
/// <c>smoke --prompt "…" --json FILE</c>: brings everything up, sends the prompt through the whole house, writes one JSON object, takes everything down.
/// The object is written whatever happens; only where it cannot be written there is none.
/// </summary>
internal static class SmokeCommand
{
    private static readonly TimeSpan ReadyLimit = TimeSpan.FromMinutes(6);
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>0 only where every check held.</summary>
    public static async Task<int> RunAsync(string[] settings, CancellationToken cancellationToken)
    {
        IConfiguration configuration = StackBuilder.ReadConfiguration(settings);
        string prompt = configuration["prompt"] is { Length: > 0 } given ? given : "a red fox in a bakery";
        SmokeReport report;
        try
        {
            report = await TestAsync(NsnStack.Declare(settings), prompt, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is AppHostException or TimeoutException)
        {
            report = NotMade(error.Message);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            report = NotMade("ended by a signal before everything was checked");
        }
        catch (Exception error)
        {
            Terminal.Line(Console.Error, error.ToString());
            report = NotMade(error.Message);
        }

        await WriteAsync(report, configuration["json"]).ConfigureAwait(false);
        foreach (string problem in report.Problems)
            Terminal.Line(Console.Error, $"FAILED: {problem}");
        Terminal.Line(Console.Error, report.Passed ? "every check held" : "smoke failed");
        return report.Passed ? 0 : 1;

        SmokeReport NotMade(string why) => new() { Passed = false, Error = why, Problems = [why], Prompt = prompt };
    }

    private static async Task<SmokeReport> TestAsync(StackBuilder builder, string prompt, CancellationToken cancellationToken)
    {
        StackApplication stack = builder.Build();
        await using (stack.ConfigureAwait(false))
        {
            ResourceInstance gateway = stack.Find("gateway") ?? throw new AppHostException("smoke needs the gateway, which is not part of this stack.");
            var console = new ConsoleReporter(stack, Console.Error);
            long started = Stopwatch.GetTimestamp();
            stack.Start();
            using var watchingEnd = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            Task watching = console.WatchAsync(watchingEnd.Token);
            try
            {
                await stack.WaitUntilReadyAsync(ReadyLimit, cancellationToken).ConfigureAwait(false);
                double seconds = Math.Round(Stopwatch.GetElapsedTime(started).TotalSeconds, 1);
                console.Line("everything is ready; the prompt goes in");
                var address = new Uri($"http://127.0.0.1:{gateway.Context.GetPort("http")}");
                using var test = new SmokeTest(address, prompt, console.Line);
                return await test.RunAsync(seconds, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                await watchingEnd.CancelAsync().ConfigureAwait(false);
                await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await stack.StopAsync().ConfigureAwait(false);
            }
        }
    }

    private static async Task WriteAsync(SmokeReport report, string? file)
    {
        string text = JsonSerializer.Serialize(report, Json) + Environment.NewLine;
        bool isFile = file is not (null or "" or "-");
        try
        {
            await (isFile ? File.WriteAllTextAsync(file!, text) : Console.Out.WriteAsync(text)).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new AppHostException($"{(isFile ? file : "the standard output")} cannot be written: {error.Message}", error);
        }
    }
}
