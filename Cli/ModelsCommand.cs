using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Nsn.Vortex;
using Nsn.Vortex.Inference;
using Nsn.Vortex.Packs;
using Nsn.Vortex.Pipeline;

namespace Nsn.Cli;

/// <summary><c>nsn models</c>: lists, checks and warms model packs.</summary>
internal static class ModelsCommand
{
    public static Command Create() => new("models", "Model packs.") { CreateList(), CreateCheck(), CreateWarm(), CreateCompare() };

    private static Command CreateList()
    {
        var json = JsonOutput.Option("the packs");
        var list = new Command("list", "List the packs beneath models.") { json };
        list.SetAction(async (parsed, cancellationToken) =>
        {
            Files.CheckPlace(parsed.GetValue(json));
            var output = parsed.InvocationConfiguration.Output;
            var packs = new JsonArray();
            foreach (var folder in PackLocator.All())
            {
                var good = ModelPackReader.TryRead(folder, out var pack, out var problems);
                if (parsed.GetValue(json) != "-")
                {
                    await output.WriteLineAsync(good
                        ? $"{pack!.DisplayName}\t{pack.Manifest.Kind}\t{pack.Manifest.VramBytes >> 20} MiB\t{JsonOutput.Hex(pack.Hash)}\t{folder}"
                        : $"broken\t{folder}\t{string.Join(" ", problems)}").ConfigureAwait(false);
                }

                packs.Add(Describe(folder, pack, problems));
            }

            await JsonOutput.WriteAsync(parsed.GetValue(json), output, new JsonObject { ["packs"] = packs }, cancellationToken).ConfigureAwait(false);
            return ExitCode.Success;
        });
        return list;
    }

    private static Command CreateCheck()
    {
        var folder = FolderArgument();
        var json = JsonOutput.Option("what the pack is and what is wrong with it");
        var check = new Command("check", "Check hashes, paths, operators and shapes of a pack, and load it on the processor; exit code 1 when it is broken.") { folder, json };
        check.SetAction(async (parsed, cancellationToken) =>
        {
            Files.CheckPlace(parsed.GetValue(json));
            var output = parsed.InvocationConfiguration.Output;
            var path = PackLocator.Find(parsed.GetValue(folder));
            if (ModelPackReader.TryRead(path, out var pack, out var problems) && PackTrial.Problem(pack!) is { } problem)
                problems = [problem];
            if (parsed.GetValue(json) != "-")
            {
                if (problems.Count == 0)
                    await output.WriteLineAsync($"{pack!.DisplayName}: {pack.Manifest.Graphs.Count} graphs, pack hash {JsonOutput.Hex(pack.Hash)}").ConfigureAwait(false);
                foreach (var line in problems)
                    await output.WriteLineAsync(line).ConfigureAwait(false);
            }

            await JsonOutput.WriteAsync(parsed.GetValue(json), output, Describe(path, pack, problems), cancellationToken).ConfigureAwait(false);
            return problems.Count == 0 ? ExitCode.Success : ExitCode.Negative;
        });
        return check;
    }

    private static Command CreateWarm()
    {
        var folder = FolderArgument();
        var towers = ClipOptions.TowersOption();
        var voicePack = ClipOptions.VoicePackOption();
        var json = JsonOutput.Option("device and times");
        var warm = new Command("warm", "Load a pack and make one second, to see that it runs.") { folder, towers, voicePack, json };
        warm.SetAction(async (parsed, cancellationToken) =>
        {
            Files.CheckPlace(parsed.GetValue(json));
            var start = Stopwatch.GetTimestamp();
            await using var pipeline = new ClipPipeline(new ClipPipelineOptions
            {
                PackFolder = PackLocator.Find(parsed.GetValue(folder)),
                TowersPackFolder = parsed.GetValue(towers),
                VoicePackFolder = parsed.GetValue(voicePack),
            });
            var load = Stopwatch.GetElapsedTime(start);
            var request = new ClipRequest { Prompt = "a cheerful presenter", Script = parsed.GetValue(voicePack) is null ? "" : "Hello.", DurationSeconds = 1, Seed = ClipSeed.FromNumber(1) };
            ClipResult? result = null;
            await foreach (var made in pipeline.GenerateAsync(request, cancellationToken).ConfigureAwait(false))
                result = made as ClipResult;
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json) != "-")
            {
                await output.WriteLineAsync(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{pipeline.PackName} on {pipeline.Provider} ({pipeline.ProviderReason}): loaded in {load.TotalSeconds:0.00} s, one second in {result!.Times.Total.TotalSeconds:0.00} s"))
                    .ConfigureAwait(false);
            }

            var report = new JsonObject
            {
                ["pack"] = pipeline.PackName,
                ["pack_hash"] = JsonOutput.Hex(pipeline.PackHash),
                ["provider"] = pipeline.Provider,
                ["provider_reason"] = pipeline.ProviderReason,
                ["load_seconds"] = load.TotalSeconds,
                ["generate_seconds"] = result!.Times.Total.TotalSeconds,
            };
            await JsonOutput.WriteAsync(parsed.GetValue(json), output, report, cancellationToken).ConfigureAwait(false);
            return ExitCode.Success;
        });
        return warm;
    }

    private static Argument<string?> FolderArgument() => new("folder") { Description = "The pack's folder.", Arity = ArgumentArity.ZeroOrOne };

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);

    private static JsonObject Describe(string folder, ModelPack? pack, IReadOnlyList<string> problems) => new()
    {
        ["folder"] = folder,
        ["pack"] = pack?.DisplayName,
        ["kind"] = pack?.Manifest.Kind,
        ["vram_bytes"] = pack?.Manifest.VramBytes,
        ["pack_hash"] = pack is null ? null : JsonOutput.Hex(pack.Hash),
        ["graphs"] = pack?.Manifest.Graphs.Count,
        ["problems"] = new JsonArray([.. problems.Select(problem => (JsonNode)problem)]),
    };

    private static Command CreateCompare()
    {
        var folder = FolderArgument();
        var device = ClipOptions.Choice("--device", "The device to measure.", "auto", ProviderSelector.Names);
        var with = ClipOptions.Choice("--with", "The device to measure against.", "cpu", ProviderSelector.Names);
        var reference = new Option<string?>("--reference")
        {
            Description = "Measure against recorded results instead: a NumPy archive with <graph>/in/<input> and <graph>/out/<output>.",
        }.NotBlank();
        var graphs = new Option<string[]>("--graph")
        {
            Description = "Only these graphs.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [],
        };
        var json = JsonOutput.Option("the figures");
        var compare = new Command("compare", "Run each graph of a pack on two devices, or on one against recorded results, with the same input: by how much they differ, and how fast they are.")
        {
            folder, device, with, reference, graphs, json,
        };
        compare.SetAction(async (parsed, cancellationToken) =>
        {
            Files.CheckPlace(parsed.GetValue(json));
            var pack = ModelPackReader.Read(PackLocator.Find(parsed.GetValue(folder)));
            var recorded = parsed.GetValue(reference) is { } file ? GraphRecording.Read(file) : null;
            using var first = recorded is null ? new InferenceDevice(parsed.GetValue(with)!) : null;
            using var second = new InferenceDevice(parsed.GetValue(device)!);
            var output = parsed.InvocationConfiguration.Output;
            var text = parsed.GetValue(json) == "-" ? parsed.InvocationConfiguration.Error : output;
            await text.WriteLineAsync($"{pack.DisplayName}: {second.Provider} against {first?.Provider.ToString() ?? "what was recorded"}{(first is null ? "" : ", one row")}").ConfigureAwait(false);
            var results = new JsonArray();
            var comparison = recorded is null
                ? GraphComparison.CompareAsync(pack, first!, second, parsed.GetValue(graphs)!, cancellationToken)
                : GraphComparison.CompareAsync(pack, recorded, second, parsed.GetValue(graphs)!, cancellationToken);
            await foreach (var graph in comparison.ConfigureAwait(false))
            {
                await text.WriteLineAsync(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{graph.Graph}: differs by {graph.LargestDifference:0.0e+0} at most, {graph.Relative:0.0e+0} of the largest value; {graph.Second.TotalMilliseconds:0.0} ms{(graph.First is { } time ? Invariant($" against {time.TotalMilliseconds:0.0}") : "")}"))
                    .ConfigureAwait(false);
                results.Add(new JsonObject
                {
                    ["graph"] = graph.Graph,
                    ["largest_difference"] = graph.LargestDifference,
                    ["largest_value"] = graph.LargestValue,
                    ["milliseconds"] = graph.Second.TotalMilliseconds,
                    ["milliseconds_with"] = graph.First?.TotalMilliseconds,
                });
            }

            var report = new JsonObject
            {
                ["pack"] = pack.DisplayName,
                ["pack_hash"] = JsonOutput.Hex(pack.Hash),
                ["device"] = second.Provider.ToString(),
                ["with"] = first?.Provider.ToString() ?? "reference",
                ["runtime"] = RuntimeLibrary.Version,
                ["graphs"] = results,
            };
            await JsonOutput.WriteAsync(parsed.GetValue(json), output, report, cancellationToken).ConfigureAwait(false);
            return ExitCode.Success;
        });
        return compare;
    }
}
