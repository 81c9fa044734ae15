using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Nsn.Protocol.Certificates;

namespace Nsn.EndToEnd.Tests;

/// <summary>What operators find at <c>/metrics</c> of the real processes, after slots, inferences and viewers that were there.</summary>
public sealed partial class MetricsTests(StackFixture stack)
{
    /// <summary>These appear when something goes wrong.</summary>
    private static readonly string[] s_onlyInTrouble = ["nsn_gateway_slots_filler_total", "nsn_gateway_filler_duration_seconds_total"];

    [Fact]
    public async Task Every_instrument_of_the_page_is_served_by_the_processes_that_measure_it()
    {
        await stack.CertifiedSlotAsync(0);
        await RecipesAsync();
        await WatchAsync();
        var page = await File.ReadAllTextAsync(Path.Combine(stack.Application.Stack.Paths.Root, "docs", "telemetry.md"), TestContext.Current.CancellationToken);
        var described = Row().Matches(page).Select(row => Prometheus(row.Groups["name"].Value, row.Groups["kind"].Value, row.Groups["unit"].Value)).Except(s_onlyInTrouble).ToArray();
        Assert.True(described.Length > 20, string.Join(", ", described));
        var missing = described;
        var scrape = await Eventually.HoldsAsync(
            "every instrument of docs/telemetry.md is served",
            async () =>
            {
                var taken = await Scrape.TakeAsync(stack);
                missing = [.. described.Where(name => !taken.Metrics.Contains(name))];
                return taken;
            },
            _ => missing.Length == 0,
            otherwise: () => Task.FromResult($"missing: {string.Join(", ", missing)}"));

        // The gauges of grains are told by the silo that has the grain alone.
        foreach (var gauge in (string[])["nsn_ledger_block_number", "nsn_ledger_pool_length", "nsn_channel_queue_length"])
            Assert.Matches("^core-[12]$", Assert.Single(scrape.Servers(gauge)));
        foreach (var gauge in (string[])["nsn_inference_device_ready", "nsn_inference_jobs_queued", "nsn_inference_jobs_running"])
            Assert.Equal(["gpu"], scrape.Servers(gauge, "device=\"gpu/0\""));
    }

    [Fact]
    public async Task What_was_done_is_what_is_measured()
    {
        await stack.CertifiedSlotAsync(0);
        var first = await BlockAsync();
        var scrape = await Scrape.TakeAsync(stack);
        Assert.InRange(scrape.Sum("nsn_ledger_block_number", "chain=\"nsn\""), first, await BlockAsync());
        var blocks = scrape.Sum("nsn_ledger_blocks_total");
        // One may be sealed while the figures are collected.
        Assert.InRange(scrape.Sum("nsn_ledger_block_duration_seconds_count"), blocks - 1, blocks + 1);
        Assert.InRange(blocks, 1, await BlockAsync() + 1);
        Assert.True(scrape.Sum("nsn_ledger_extrinsics_total", "outcome=\"applied\"") >= 1, "no extrinsic was applied");

        var certified = scrape.Sum("nsn_slots_total", "outcome=\"certified\"", "reason=\"none\"");
        Assert.True(certified >= 1, "no slot was certified");
        Assert.True(scrape.Sum("nsn_slots_votes_total", "verdict=\"accept\"") >= Quorum.Votes, "too few votes for a certificate");
        foreach (var stage in (string[])["generate", "commit", "reveal", "vote", "submit"])
        {
            Assert.True(scrape.Sum("nsn_slots_stage_duration_seconds_count", $"stage=\"{stage}\"") >= 1, $"{stage} was not measured");
            Assert.True(scrape.Sum("nsn_slots_stage_duration_seconds_sum", $"stage=\"{stage}\"") > 0, $"{stage} took no time");
        }

        // What was certified was made and checked on the device, which had passed its canary before.
        Assert.Equal(1, scrape.Sum("nsn_inference_device_ready", "device=\"gpu/0\""));
        Assert.True(scrape.Sum("nsn_inference_canaries_total", "outcome=\"ok\"") >= 1, "no canary has passed");
        foreach (var kind in (string[])["generate", "verify"])
        {
            foreach (var figure in (string[])["nsn_inference_job_duration_seconds", "nsn_inference_request_duration_seconds"])
            {
                Assert.True(scrape.Sum($"{figure}_count", $"kind=\"{kind}\"", "outcome=\"ok\"") >= 1, $"{figure}: no {kind}");
                Assert.True(scrape.Sum($"{figure}_sum", $"kind=\"{kind}\"", "outcome=\"ok\"") > 0, $"{figure}: {kind} took no time");
            }
        }

        Assert.True(scrape.Sum("nsn_gateway_slots_certified_total") >= 1, "the gateway has no certified slot");
        Assert.InRange(
            scrape.Sum("nsn_gateway_slot_lead_seconds_count"), scrape.Sum("nsn_gateway_slots_certified_total") - 1, scrape.Sum("nsn_gateway_slots_certified_total") + 1);
    }

    [Fact]
    public async Task Recipes_and_viewers_are_counted_by_what_became_of_them()
    {
        await stack.CertifiedSlotAsync(0);
        var before = await Eventually.HoldsAsync(
            "the viewers of other tests are gone", () => Scrape.TakeAsync(stack), taken => taken.Sum("nsn_gateway_viewers", "transport=\"http\"") == 0);
        await RecipesAsync();
        var bytes = await WatchAsync();
        var after = await Eventually.HoldsAsync(
            "the viewer's visit and the recipes are measured",
            () => Scrape.TakeAsync(stack),
            taken => Grown("nsn_gateway_session_duration_seconds_count", taken, "transport=\"http\"") >= 1 && Grown("nsn_channel_recipes_total", taken) >= 3);
        foreach (var outcome in (string[])["accepted", "repeated", "key_reused"])
            Assert.True(Grown("nsn_channel_recipes_total", after, "channel=\"main\"", $"outcome=\"{outcome}\"") == 1, $"{outcome}: {Grown("nsn_channel_recipes_total", after, $"outcome=\"{outcome}\"")}");
        Assert.Equal(0, Grown("nsn_channel_recipes_total", after, "outcome=\"invalid\""));
        Assert.Equal(1, Grown("nsn_gateway_session_duration_seconds_count", after, "transport=\"http\""));
        Assert.Equal(1, Grown("nsn_gateway_sessions_total", after, "transport=\"http\"", "resumed=\"false\""));
        Assert.True(Grown("nsn_gateway_session_duration_seconds_sum", after, "transport=\"http\"") > 0, "the visit took no time");
        Assert.Equal(0, Grown("nsn_gateway_viewers", after, "transport=\"http\""));
        Assert.True(Grown("nsn_gateway_sent_bytes_total", after, "transport=\"http\"") >= bytes, "fewer bytes are counted than have come");

        double Grown(string name, Scrape taken, params string[] labels) => taken.Sum(name, labels) - before.Sum(name, labels);
    }

    /// <summary>One recipe that is taken, the same once more, and another one under its key.</summary>
    private async Task RecipesAsync()
    {
        var key = Guid.NewGuid().ToString("N");
        foreach (var (prompt, status) in new[] { ("a dog on a beach", HttpStatusCode.Accepted), ("a dog on a beach", HttpStatusCode.Accepted), ("a cat on a beach", HttpStatusCode.Conflict) })
        {
            using var response = await stack.SubmitAsync(new { prompt }, key);
            Assert.Equal(status, response.StatusCode);
        }
    }

    /// <summary>Watches over HTTP until a second frame comes; leaves, and says how long the first one was.</summary>
    private async Task<int> WatchAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/channels/main/stream");
        using var response = await stack.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        await using var stream = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        var length = new byte[4];
        await stream.ReadExactlyAsync(length, TestContext.Current.CancellationToken);
        var frame = new byte[BinaryPrimitives.ReadUInt32LittleEndian(length) + 1];
        await stream.ReadExactlyAsync(frame, TestContext.Current.CancellationToken);
        return length.Length + frame.Length - 1;
    }

    private async Task<ulong> BlockAsync() => ulong.Parse((await stack.RpcAsync("chain_getHeader")).GetProperty("number").GetString()!.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static string Prometheus(string name, string kind, string unit)
    {
        var suffix = unit switch { "s" => "_seconds", "By" => "_bytes", _ => "" };
        return name.Replace('.', '_') + suffix + (kind == "counter" ? "_total" : "");
    }

    [GeneratedRegex(@"^\| `(?<name>nsn\.[a-z.]+)` \| (?<kind>[a-z-]+(?: counter)?), (?<unit>[^ |]+) \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
