using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Nsn.Media;
using Nsn.Vortex;
using Nsn.Vortex.Media;
using Nsn.Vortex.Pipeline;

namespace Nsn.Cli;

/// <summary><c>nsn compare</c>: do two files show the same clip?</summary>
internal static class CompareCommand
{
    public static Command Create()
    {
        var first = Files.Argument("first", "A WebM file.");
        var second = Files.Argument("second", "Another WebM file.");
        var pack = new Option<string?>("--pack") { Description = "Folder of the model pack whose towers look." };
        var towers = ClipOptions.TowersOption();
        var voicePack = ClipOptions.VoicePackOption();
        var minimum = new Option<double>("--minimum") { Description = "Least cosine of the embeddings to count as alike.", DefaultValueFactory = _ => .95 };
        var sound = new Option<double>("--sound") { Description = "Largest distance of the sounds to count as alike, in dB.", DefaultValueFactory = _ => 4 };
        var json = JsonOutput.Option("the distances");
        var command = new Command("compare", "Compare pictures, sound and length of two clips; exit code 1 when one of them differs.")
        {
            first, second, pack, towers, voicePack, minimum, sound, json,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            Files.CheckPlace(parsed.GetValue(json));
            var ffmpeg = new Ffmpeg();
            var one = await ClipReader.DecodeAsync(
                ffmpeg, await File.ReadAllBytesAsync(parsed.GetValue(first)!, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
            var two = await ClipReader.DecodeAsync(
                ffmpeg, await File.ReadAllBytesAsync(parsed.GetValue(second)!, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
            await using var pipeline = new ClipPipeline(new ClipPipelineOptions
            {
                PackFolder = PackLocator.Find(parsed.GetValue(pack)),
                TowersPackFolder = parsed.GetValue(towers),
                VoicePackFolder = parsed.GetValue(voicePack),
            });
            var distance = await pipeline.CompareAsync(one, two, cancellationToken).ConfigureAwait(false);
            var differences = Differences(one, two, distance, parsed.GetValue(minimum), parsed.GetValue(sound));
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json) != "-")
            {
                await output.WriteLineAsync(string.Create(
                    CultureInfo.InvariantCulture,
                    $"cosine {distance.Cosine:0.0000}, frame distance {distance.FrameDistance:0.00}, sound distance {distance.SoundDistance:0.00} dB, {Seconds(one):0.##} s and {Seconds(two):0.##} s: {(differences.Count == 0 ? "alike" : $"other {string.Join(", ", differences)}")}"))
                    .ConfigureAwait(false);
            }

            await JsonOutput.WriteAsync(
                parsed.GetValue(json),
                output,
                new JsonObject
                {
                    ["cosine"] = distance.Cosine,
                    ["frame_distance"] = double.IsFinite(distance.FrameDistance) ? distance.FrameDistance : null,
                    ["sound_distance_decibel"] = distance.SoundDistance,
                    ["seconds"] = new JsonArray(Seconds(one), Seconds(two)),
                    ["differences"] = new JsonArray([.. differences.Select(difference => (JsonNode)difference)]),
                },
                cancellationToken).ConfigureAwait(false);
            return differences.Count == 0 ? ExitCode.Success : ExitCode.Negative;
        });
        return command;
    }

    private static double Seconds(DecodedClip clip) => clip.Frames.Count / (double)clip.FramesPerSecond;

    // Distances are of what both clips have, so a clip that goes on where the other ends is told by its length alone. A frame, or a packet of sound, more or less is none.
    private static List<string> Differences(DecodedClip one, DecodedClip two, ClipDistance distance, double minimum, double sound)
    {
        var differences = new List<string>();
        if (!(distance.Cosine >= minimum))
            differences.Add("pictures");
        if (!(distance.SoundDistance <= sound))
            differences.Add("sound");
        var frame = 1.0 / Math.Min(one.FramesPerSecond, two.FramesPerSecond);
        if (Math.Abs(Seconds(one) - Seconds(two)) > frame || Math.Abs(one.Samples.Length - two.Samples.Length) > SoundFormat.SampleRate * frame)
            differences.Add("length");
        return differences;
    }
}
