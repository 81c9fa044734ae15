using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;

namespace Nsn.OnAir.Bench;

/// <summary>Sends prompts, one after the other, and follows each to its certificate.</summary>
internal static class PromptMeasure
{
    private static readonly string[] s_prompts =
    [
        "a king with a crown in a library at night", "a happy robot at the beach", "a pirate in the mountains", "a scientist in a green laboratory", "a sad cat on the stage",
        "a wizard in purple robes in a forest", "a chef in a kitchen", "an angry bear at the beach at sunset",
    ];

    public static async Task<PromptFigures> MeasureAsync(BenchStack stack, int count)
    {
        var certified = new List<double>();
        var stages = new Dictionary<string, List<double>>();
        for (int i = 0; i < count; i++)
        {
            long sent = Stopwatch.GetTimestamp();
            using HttpResponseMessage answer = await stack.Http.PostAsJsonAsync("/api/recipes", new { prompt = s_prompts[i % s_prompts.Length], seconds = 8 });
            answer.EnsureSuccessStatusCode();
            string id = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("id").GetString()!;
            ulong slot = await CertifiedSlotAsync(stack, id);
            certified.Add(Stopwatch.GetElapsedTime(sent).TotalSeconds);
            JsonElement detail = await stack.GetAsync($"/api/slots/{slot}");
            foreach (JsonProperty stage in detail.GetProperty("stageSeconds").EnumerateObject())
                (stages.TryGetValue(stage.Name, out var list) ? list : stages[stage.Name] = []).Add(stage.Value.GetDouble());
        }

        return new PromptFigures(
            count,
            Median(certified),
            Math.Round(certified.Max(), 2),
            stages.ToDictionary(stage => stage.Key, stage => Median(stage.Value)));
    }

    private static async Task<ulong> CertifiedSlotAsync(BenchStack stack, string recipe)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        while (true)
        {
            JsonElement status = await stack.GetAsync($"/api/recipes/{recipe}");
            if (status.GetProperty("state").GetString() is "certified" or "on-air" or "aired")
                return status.GetProperty("slot").GetUInt64();
            await Task.Delay(TimeSpan.FromMilliseconds(100), limit.Token);
        }
    }

    private static double Median(List<double> values)
    {
        double[] sorted = [.. values.Order()];
        return Math.Round(sorted[sorted.Length / 2], 2);
    }
}
