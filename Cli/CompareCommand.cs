using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Nsn.Vortex;
using Nsn.Vortex.Media;
using Nsn.Vortex.Pipeline;

namespace Nsn.Cli;

/// <summary><c>nsn compare</c>: do two files show the same clip?</summary>
internal static class CompareCommand
{
    public static Command Create()
    {
        var first = new Argument<string>("first") { Description = "A WebM file." };
        var second = new Argument<string>("second") { Description = "Another WebM file." };
        var pack = new Option<string?>("--pack") { Description = "Folder of the model pack whose towers look." };
        var minimum = new Option<double>("--minimum") { Description = "Least cosine of the embeddings to count as alike.", DefaultValueFactory = _ => .95 };
        var json = new Option<string?>("--json") { Description = "Write the distances to a file, or - for the standard output." };
        var command = new Command("compare", "Compare two clips; exit code 1 when they differ.") { first, second, pack, minimum, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var ffmpeg = new Ffmpeg();
            var one = await ClipReader.DecodeAsync(
                ffmpeg, await File.ReadAllBytesAsync(parsed.GetValue(first)!, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
            var two = await ClipReader.DecodeAsync(
                ffmpeg, await File.ReadAllBytesAsync(parsed.GetValue(second)!, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
            await using var pipeline = new ClipPipeline(new ClipPipelineOptions { PackFolder = PackLocator.Find(parsed.GetValue(pack)) });
            var distance = await pipeline.CompareAsync(one, two, cancellationToken).ConfigureAwait(false);
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json) != "-")
            {
                await output.WriteLineAsync(string.Create(
                    CultureInfo.InvariantCulture,
                    $"cosine {distance.Cosine:0.0000}, frame distance {distance.FrameDistance:0.00}, sound distance {distance.SoundDistance:0.00} dB")).ConfigureAwait(false);
            }

            await JsonOutput.WriteAsync(
                parsed.GetValue(json),
                output,
                new JsonObject
                {
                    ["cosine"] = distance.Cosine,
                    ["frame_distance"] = double.IsFinite(distance.FrameDistance) ? distance.FrameDistance : null,
                    ["sound_distance_decibel"] = distance.SoundDistance,
                },
                cancellationToken).ConfigureAwait(false);
            return distance.Cosine >= parsed.GetValue(minimum) ? ExitCode.Success : ExitCode.Negative;
        });
        return command;
    }
}
