using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Nsn.Media;
using Nsn.Vortex;
using Nsn.Vortex.Pipeline;

namespace Nsn.Cli;

/// <summary><c>nsn verify</c>: is this the clip that the prompt asks for?</summary>
internal static class VerifyCommand
{
    public static Command Create()
    {
        var file = Files.Argument("file", "The WebM file.");
        var clip = new ClipOptions();
        var json = JsonOutput.Option("scores, measurements and verdict");
        var regenerate = ClipOptions.Choice("--regenerate", "What to make again and compare; needs the seed and script of the clip.", "none", ["none", "sample", "full"]);
        var command = new Command("verify", "Judge a clip against a prompt; exit code 1 when it is rejected.") { file, json, regenerate };
        clip.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var request = clip.Request(parsed);
            ClipRequestValidator.ThrowIfInvalid(request);
            var options = clip.PipelineOptions(parsed);
            Files.CheckPlace(parsed.GetValue(json));
            var bytes = await File.ReadAllBytesAsync(parsed.GetValue(file)!, cancellationToken).ConfigureAwait(false);
            var mode = Enum.Parse<RegenerationMode>(parsed.GetValue(regenerate)!, ignoreCase: true);
            var report = await JudgeAsync(bytes, request, options, mode, cancellationToken).ConfigureAwait(false);
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json) != "-")
                await output.WriteLineAsync(Text(report)).ConfigureAwait(false);
            await JsonOutput.WriteAsync(parsed.GetValue(json), output, Describe(report), cancellationToken).ConfigureAwait(false);
            return report.Accepted ? ExitCode.Success : ExitCode.Negative;
        });
        return command;
    }

    private static async Task<VerificationReport> JudgeAsync(
        byte[] bytes, ClipRequest request, ClipPipelineOptions options, RegenerationMode mode, CancellationToken cancellationToken)
    {
        if (!WebMClip.TryParse(bytes, out var content, out var reason) || !ClipFile.TrySplit(bytes, out var segments, out reason))
            return Rejection(VerificationFailure.Malformed, reason);

        // Size, rate and length are the file's own here: a stranger's file is judged as it is.
        request = request with
        {
            Width = content!.Tracks.Width,
            Height = content.Tracks.Height,
            FramesPerSecond = content.Tracks.FramesPerSecond,
            DurationSeconds = segments.Count,
        };
        var problems = ClipRequestValidator.Validate(request);
        if (problems.Count > 0)
            return Rejection(VerificationFailure.WrongShape, string.Join(" ", problems));
        await using var pipeline = new ClipPipeline(options);
        return await pipeline.CreateVerifier()
            .VerifyAsync(segments, request, new VerificationOptions { Mode = mode }, cancellationToken).ConfigureAwait(false);
    }

    private static VerificationReport Rejection(VerificationFailure failure, string reason) => new()
    {
        Failures = [failure],
        Explanation = reason,
        Embedding = new float[Embeddings.Length],
        QuantisedEmbedding = new sbyte[Embeddings.Length],
    };

    private static string Text(VerificationReport report) => string.Create(
        CultureInfo.InvariantCulture,
        $"{(report.Accepted ? "accepted" : "rejected")}: scores {report.Scores?.A ?? 0:0.000} and {report.Scores?.B ?? 0:0.000}. {report.Explanation}{string.Concat(report.Skipped.Select(check => $" Not checked: {check}."))}");

    private static JsonObject Describe(VerificationReport report) => new()
    {
        ["verdict"] = report.Accepted ? "accept" : "reject",
        ["failures"] = new JsonArray([.. report.Failures.Select(failure => (JsonNode)failure.ToString())]),
        ["explanation"] = report.Explanation,
        ["skipped"] = new JsonArray([.. report.Skipped.Select(check => (JsonNode)check)]),
        ["scores"] = report.Scores is { } scores ? JsonOutput.Scores(scores) : null,
        ["integrity"] = report.Integrity is { } integrity
            ? new JsonObject
            {
                ["motion"] = integrity.Motion,
                ["longest_still_seconds"] = integrity.LongestStill,
                ["brightness"] = integrity.Brightness,
                ["contrast"] = integrity.Contrast,
                ["loudness_decibel"] = integrity.LoudnessDecibel,
                ["mouth_sync"] = double.IsFinite(integrity.MouthSync) ? integrity.MouthSync : null,
                ["largest_change"] = integrity.LargestChange,
            }
            : null,
        ["regeneration"] = report.Regeneration is { } regeneration
            ? new JsonObject
            {
                ["frames"] = new JsonArray([.. regeneration.Frames.Select(frame => (JsonNode)frame)]),
                ["distances"] = new JsonArray([.. regeneration.Distances.Select(distance => (JsonNode)distance)]),
                ["sharpness"] = regeneration.Sharpness,
                ["spot"] = regeneration.Spot,
                ["texture"] = regeneration.Texture,
                ["sound_distance_decibel"] = regeneration.SoundDistance,
                ["added_sound_decibel"] = regeneration.AddedSound,
                ["sound_shift"] = regeneration.SoundShift,
            }
            : null,
        ["embedding"] = JsonOutput.Values(report.Embedding),
    };
}
