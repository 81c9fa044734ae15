using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Nsn.Media;
using Nsn.Vortex;
using Nsn.Vortex.Media;
using Nsn.Vortex.Pipeline;

namespace Nsn.Cli;

/// <summary><c>nsn generate</c>: a prompt becomes a WebM file.</summary>
internal static class GenerateCommand
{
    public static Command Create()
    {
        var clip = new ClipOptions();
        var outFile = new Option<string>("--out", "-o") { Description = "The WebM file to write.", Required = true }.NotBlank();
        var json = JsonOutput.Option("figures, scores, embedding and proof");
        var sheet = new Option<string?>("--contact-sheet") { Description = "Write frames side by side to a PNG file." }.NotBlank();
        var codec = ClipOptions.Choice("--codec", "Codec of the picture.", "vp8", ["vp8", "vp9"]);
        var repeat = new Option<int>("--repeat") { Description = "Generate this many times and report the last: warm figures.", DefaultValueFactory = _ => 1 };
        var command = new Command("generate", "Make a clip from a prompt.") { outFile, json, sheet, codec, repeat };
        clip.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var start = Stopwatch.GetTimestamp();
            var request = clip.Request(parsed);
            ClipRequestValidator.ThrowIfInvalid(request);
            var options = clip.PipelineOptions(parsed) with
            {
                Encoder = new EncoderOptions { Codec = Enum.Parse<VideoCodec>(parsed.GetValue(codec)!, ignoreCase: true) },
            };
            foreach (var path in new[] { parsed.GetValue(outFile), parsed.GetValue(sheet), parsed.GetValue(json) })
                Files.CheckPlace(path);
            await using var pipeline = new ClipPipeline(options);
            var load = Stopwatch.GetElapsedTime(start);
            var segments = new List<ReadOnlyMemory<byte>>();
            ClipResult? result = null;
            for (var run = 0; run < Math.Max(1, parsed.GetValue(repeat)); run++)
            {
                if (run > 0)
                    start = Stopwatch.GetTimestamp();
                segments.Clear();
                result = await GenerateAsync(pipeline, request, segments, parsed.InvocationConfiguration.Error, cancellationToken).ConfigureAwait(false);
            }

            var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            var file = ClipFile.Join(segments);
            await Files.WriteAsync(parsed.GetValue(outFile)!, file, cancellationToken).ConfigureAwait(false);
            if (parsed.GetValue(sheet) is { } sheetPath)
            {
                var decoded = await ClipReader.DecodeAsync(new Ffmpeg(options.FfmpegPath), file, cancellationToken).ConfigureAwait(false);
                await Files.WriteAsync(sheetPath, ContactSheet.Write([decoded]), cancellationToken).ConfigureAwait(false);
            }

            await JsonOutput.WriteAsync(
                parsed.GetValue(json), parsed.InvocationConfiguration.Output, Describe(request, result!, pipeline, load, seconds), cancellationToken)
                .ConfigureAwait(false);
            return ExitCode.Success;
        });
        return command;
    }

    private static async Task<ClipResult> GenerateAsync(
        ClipPipeline pipeline, ClipRequest request, List<ReadOnlyMemory<byte>> segments, TextWriter progress, CancellationToken cancellationToken)
    {
        var bar = new ProgressBar(progress, request.DurationSeconds);
        ClipResult? result = null;
        await foreach (var output in pipeline.GenerateAsync(request, cancellationToken).ConfigureAwait(false))
        {
            if (output is ClipSegment segment)
            {
                segments.Add(segment.Bytes);
                bar.Show(segments.Count);
            }
            else
            {
                result = (ClipResult)output;
            }
        }

        bar.Finish(string.Create(
            CultureInfo.InvariantCulture,
            $"{request.DurationSeconds} s in {result!.Times.Total.TotalSeconds:0.0} s on {result.Provider}, scores {result.Scores.A:0.00} and {result.Scores.B:0.00}"));
        return result;
    }

    private static JsonObject Describe(ClipRequest request, ClipResult result, ClipPipeline pipeline, TimeSpan load, double seconds) => new()
    {
        ["clip_seconds"] = request.DurationSeconds,
        ["generate_seconds"] = seconds,
        ["realtime_factor"] = request.DurationSeconds / result.Times.Total.TotalSeconds,
        ["stages_seconds"] = new JsonObject
        {
            ["load"] = load.TotalSeconds,
            ["voice"] = result.Times.Voice.TotalSeconds,
            ["actor"] = result.Times.Actor.TotalSeconds,
            ["animation"] = result.Times.Animation.TotalSeconds,
            ["encoding"] = result.Times.Encoding.TotalSeconds,
            ["verification"] = result.Times.Verification.TotalSeconds,
            ["total"] = result.Times.Total.TotalSeconds,
        },
        ["provider"] = result.Provider,
        ["provider_reason"] = pipeline.ProviderReason,
        ["pack"] = pipeline.PackName,
        ["pack_hash"] = JsonOutput.Hex(result.PackHash),
        ["scores"] = JsonOutput.Scores(result.Scores),
        ["proof"] = new JsonObject
        {
            ["digest"] = JsonOutput.Hex(result.Proof.Digest),
            ["recipe"] = JsonOutput.Hex(result.Proof.RecipeHash),
            ["seed"] = result.Proof.Seed.ToString(),
            ["environment"] = result.Proof.Environment,
            ["frames"] = JsonOutput.Hex(result.Proof.FramesHash),
            ["samples"] = JsonOutput.Hex(result.Proof.SamplesHash),
            ["stream"] = JsonOutput.Hex(result.Proof.StreamHash),
        },
        ["embedding"] = JsonOutput.Values(result.Embedding),
    };
}
