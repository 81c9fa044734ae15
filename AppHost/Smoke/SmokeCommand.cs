using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Nsn.AppHost.Hosting;
using Nsn.AppHost.Model;
using Nsn.AppHost.Supervision;

namespace Nsn.AppHost.Smoke;

/// <summary>
/// <c>smoke --prompt "…" --json FILE</c>: brings everything up, sends the prompt through the whole house, writes one JSON object, takes everything down.
/// </summary>
internal static class SmokeCommand
{
    private static readonly TimeSpan ReadyLimit = TimeSpan.FromMinutes(6);
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>0 only where every check held.</summary>
    public static async Task<int> RunAsync(StackBuilder builder, CancellationToken cancellationToken)
    {
        string prompt = builder.Configuration["prompt"] is { Length: > 0 } given ? given : "a red fox in a bakery";
        StackApplication stack = builder.Build();
        await using (stack.ConfigureAwait(false))
        {
            ResourceInstance gateway = stack.Find("gateway") ?? throw new AppHostException("smoke needs the gateway, which is not part of this stack.");
            var console = new ConsoleReporter(stack, Console.Error);
            long started = Stopwatch.GetTimestamp();
            stack.Start();
            using var watchingEnd = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            Task watching = console.WatchAsync(watchingEnd.Token);
            SmokeReport report;
            try
            {
                await stack.WaitUntilReadyAsync(ReadyLimit, cancellationToken).ConfigureAwait(false);
                double seconds = Math.Round(Stopwatch.GetElapsedTime(started).TotalSeconds, 1);
                console.Line("everything is ready; the prompt goes in");
                var address = new Uri($"http://127.0.0.1:{gateway.Context.GetPort("http")}");
                using var test = new SmokeTest(address, prompt, console.Line);
                report = await test.RunAsync(seconds, cancellationToken).ConfigureAwait(false);
            }
            catch (TimeoutException late)
            {
                report = new SmokeReport { Passed = false, Problems = [late.Message], Prompt = prompt };
            }

            await watchingEnd.CancelAsync().ConfigureAwait(false);
            await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await stack.StopAsync().ConfigureAwait(false);
            string text = JsonSerializer.Serialize(report, Json);
            if (builder.Configuration["json"] is { Length: > 0 } file && file != "-")
                await File.WriteAllTextAsync(file, text + Environment.NewLine, cancellationToken).ConfigureAwait(false);
            else
                await Console.Out.WriteLineAsync(text).ConfigureAwait(false);
            foreach (string problem in report.Problems)
                console.Line($"FAILED: {problem}");
            console.Line(report.Passed ? "every check held" : "smoke failed");
            return report.Passed ? 0 : 1;
        }
    }
}
