using System.Text.Json;
using Nsn.Vortex;
using Nsn.Vortex.Pipeline;

namespace Nsn.Verification.Bench;

/// <summary>
/// How many honest clips of what people type are accepted, form by form, and how many clips would be accepted for a prompt that differs from theirs in one word, or in all. Nothing is made again:
/// it is the towers' scores that are looked at, of clips as they go on air, with camera, mood and speech.
/// </summary>
internal sealed class Acceptance(string pack, int seconds) : IAsyncDisposable
{
    private static readonly string[] s_cameras = ["static", "zoom_in", "zoom_out", "pan_left", "pan_right", "handheld"];
    private static readonly string[] s_emotions = ["neutral", "excited", "sad"];
    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private readonly ClipPipeline _pipeline = new(new ClipPipelineOptions { PackFolder = pack, Device = "cpu", Threads = 1, Deadline = TimeSpan.FromMinutes(30) });

    public ValueTask DisposeAsync() => _pipeline.DisposeAsync();

    /// <summary>One clip of each form.</summary>
    public async Task<IReadOnlyList<Row>> RunAsync(int round)
    {
        var rows = new List<Row>();
        for (var form = 0; form < PromptForms.All.Count; form++)
        {
            var random = new Random((round * 1000) + form);
            var prompt = PromptForms.All[form](random);
            var request = new ClipRequest
            {
                Prompt = prompt.ToString(),
                Script = form % 2 == 0 ? "Good evening, and welcome." : "",
                Emotion = s_emotions[random.Next(s_emotions.Length)],
                CameraMotion = s_cameras[random.Next(s_cameras.Length)],
                DurationSeconds = seconds,
                Seed = ClipSeed.FromNumber((ulong)((round * 1000) + form)),
            };
            var (decoded, result) = await Experiment.GenerateAsync(_pipeline, request);
            var verifier = (ClipVerifier)_pipeline.CreateVerifier();
            async Task<TowerScores> Against(string other) => (await verifier.JudgeAsync(decoded, request with { Prompt = other }, null, default)).Scores!;
            var (changed, other) = (prompt.OneChanged(random).ToString(), prompt.AllChanged(random).ToString());
            rows.Add(new Row(prompt.Form, request.Prompt, result.Scores, changed, await Against(changed), other, await Against(other)));
        }

        return rows;
    }

    /// <summary>The rates of each form and of all, as a table.</summary>
    public static string Table(IReadOnlyCollection<Row> rows)
    {
        var lines = new List<string> { "| form | clips | accepted | for a prompt with one word changed | for another prompt |", "|---|---|---|---|---|" };
        lines.AddRange(rows.GroupBy(row => row.Form).Select(form => Line(form.Key, [.. form])));
        lines.Add(Line("all", rows));
        return string.Join('\n', lines);
    }

    public static string ToJson(IReadOnlyCollection<Row> rows) => JsonSerializer.Serialize(rows, s_json);

    private static bool Accepts(TowerScores scores) => scores is { Passed: true, Outlier: false };

    private static string Line(string name, IReadOnlyCollection<Row> rows) => FormattableString.Invariant(
        $"| {name} | {rows.Count} | {Share(rows, row => row.Scores):0.000} | {Share(rows, row => row.ChangedScores):0.000} | {Share(rows, row => row.OtherScores):0.000} |");

    private static double Share(IReadOnlyCollection<Row> rows, Func<Row, TowerScores> scores) => rows.Count(row => Accepts(scores(row))) / (double)rows.Count;

    /// <summary>What was measured of a clip.</summary>
    internal sealed record Row(string Form, string Prompt, TowerScores Scores, string Changed, TowerScores ChangedScores, string Other, TowerScores OtherScores);
}
