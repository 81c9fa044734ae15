using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Nsn.Gateway;
using Nsn.Grains.Channels;
using Nsn.Grains.Inference;
using Nsn.Grains.Slots;
using Nsn.Grains.Telemetry;
using Nsn.Hosting.Telemetry;
using Nsn.Protocol.Certificates;
using Nsn.Silo.Inference;

namespace Nsn.Silo.Tests;

/// <summary>What docs/telemetry.md lists is what operators find at <c>/metrics</c>: every instrument and every value of its attributes, and nothing else.</summary>
public sealed partial class TelemetryPageTests
{
    /// <summary>Meters that other pages describe; silos and gateways of other tests in this process have them.</summary>
    private static readonly string[] s_described = ["nsn_engine_", "nsn_webrtc_"];

    [Fact]
    public async Task Every_instrument_is_served_and_described()
    {
        var builder = WebApplication.CreateSlimBuilder(["--urls=http://127.0.0.1:0"]);
        builder.Logging.ClearProviders();
        builder.AddTelemetry("nsn-test", "test");
        builder.Services.AddGrainMetrics();
        builder.Services.AddSingleton<InferenceMetrics>().AddSingleton<GatewayMetrics>();
        await using var app = builder.Build();
        app.MapMetrics();
        await app.StartAsync(TestContext.Current.CancellationToken);
        Measure(app.Services.GetRequiredService<GrainMetrics>());
        Measure(app.Services.GetRequiredService<InferenceMetrics>());
        Measure(app.Services.GetRequiredService<GatewayMetrics>());

        using var http = new HttpClient();
        var served = await http.GetStringAsync(new Uri(app.Urls.Single() + "/metrics"), TestContext.Current.CancellationToken);
        var described = Described();
        Assert.Equal(described.Select(row => row.Name).Order(StringComparer.Ordinal), Served(served));
        foreach (var (name, values) in described)
        {
            var lines = served.Split('\n').Where(line => line.StartsWith(name, StringComparison.Ordinal)).ToArray();
            Assert.All(values, value => Assert.Contains(lines, line => line.Contains($"\"{value}\"", StringComparison.Ordinal)));
        }

        // Seconds in the buckets, not the milliseconds of old.
        Assert.Contains("nsn_slots_stage_duration_seconds_bucket{", served, StringComparison.Ordinal);
        Assert.Contains("le=\"0.25\"", served, StringComparison.Ordinal);
    }

    private static void Measure(GrainMetrics metrics)
    {
        metrics.SlotCertified(isInTime: true);
        metrics.SlotCertified(isInTime: false);
        foreach (var reason in Enum.GetValues<SlotFailure>())
            metrics.SlotFailed(reason);
        foreach (var stage in (string[])["generate", "commit", "reveal", "vote", "submit"])
            metrics.StageTook(stage, TimeSpan.FromSeconds(0.2));
        metrics.Voted(null);
        foreach (var verdict in Enum.GetValues<Verdict>())
            metrics.Voted(verdict);
        foreach (var outcome in Enum.GetValues<EnqueueOutcome>())
            metrics.RecipeSent("main", outcome);
        metrics.QueueIs("main", 3);
        metrics.BlockSealed(TimeSpan.FromMilliseconds(3));
        metrics.ChainIs("nsn", 42, 1);
        foreach (var outcome in Enum.GetValues<ExtrinsicFate>())
            metrics.ExtrinsicEnded(outcome);
        metrics.Elected(true);
        metrics.Elected(false);
    }

    private static void Measure(InferenceMetrics metrics)
    {
        metrics.Follow("gpu/0", () => new DeviceStatus("gpu/0", "cpu", "local", ["aa"], 1, 0, 0, TimeSpan.Zero, DateTimeOffset.UnixEpoch));
        foreach (var kind in (string[])["generate", "verify"])
        {
            foreach (var outcome in (Exception?[])[null, new OperationCanceledException(), new InvalidOperationException()])
            {
                metrics.Answered(kind, InferenceMetrics.OutcomeOf(outcome), TimeSpan.FromSeconds(1));
                metrics.JobEnded(kind, InferenceMetrics.OutcomeOf(outcome), TimeSpan.FromSeconds(1));
            }
        }

        metrics.CanaryEnded(true);
        metrics.CanaryEnded(false);
    }

    private static void Measure(GatewayMetrics metrics)
    {
        metrics.Filler(TimeSpan.FromSeconds(8));
        foreach (var transport in (string[])["webrtc", "whep", "http"])
        {
            metrics.Sent(1, transport);
            metrics.Left(transport, metrics.Joined(transport));
        }

        metrics.SlotArrived(
            new SlotEntry("main", RecipeOrigin.Viewer, DateTimeOffset.UnixEpoch, TimeSpan.FromSeconds(8), new SlotReport { Slot = 1, Phase = SlotPhase.Certified }), DateTimeOffset.UnixEpoch);
    }

    /// <summary>Names of our instruments as Prometheus has them.</summary>
    private static IEnumerable<string> Served(string metrics) => TypeLine().Matches(metrics).Select(match => match.Groups[1].Value)
        .Where(name => name.StartsWith("nsn_", StringComparison.Ordinal) && !s_described.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal)))
        .Distinct().Order(StringComparer.Ordinal);

    /// <summary>The rows of the page: the name that Prometheus has, and the values that the attributes may have.</summary>
    private static (string Name, string[] Values)[] Described() =>
    [
        .. Row().Matches(File.ReadAllText(Path.Combine(ConfigurationPageTests.Root(), "docs", "telemetry.md"))).Select(row =>
            (Prometheus(row.Groups["name"].Value, row.Groups["kind"].Value, row.Groups["unit"].Value), Values(row.Groups["attributes"].Value))),
    ];

    private static string Prometheus(string name, string kind, string unit)
    {
        var suffix = unit switch { "s" => "_seconds", "By" => "_bytes", _ => "" };
        return name.Replace('.', '_') + suffix + (kind == "counter" ? "_total" : "");
    }

    /// <summary>The words after an attribute's colon, each without what is said about it in parentheses; sentences are none.</summary>
    private static string[] Values(string attributes) => [.. Explanation().Replace(attributes, "").Split(';')
        .Select(attribute => attribute.Split(':')).Where(parts => parts.Length == 2)
        .SelectMany(parts => parts[1].Split(',')).Select(value => value.Trim()).Where(value => value.Length > 0 && value.All(letter => char.IsAsciiLetterLower(letter) || letter == '_'))];

    [GeneratedRegex(@"^# TYPE (\S+)", RegexOptions.Multiline)]
    private static partial Regex TypeLine();

    [GeneratedRegex(@"^\| `(?<name>nsn\.[a-z.]+)` \| (?<kind>[a-z-]+(?: counter)?), (?<unit>[^ |]+) \|(?<attributes>[^|]*)\|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"\([^)]*\)")]
    private static partial Regex Explanation();
}
