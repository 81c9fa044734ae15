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
    public static Command Create()
    {
        var list = new Command("list", "List the packs beneath models.");
        list.SetAction(parsed =>
        {
            var output = parsed.InvocationConfiguration.Output;
            foreach (var folder in PackLocator.All())
            {
                output.WriteLine(ModelPackReader.TryRead(folder, out var pack, out var problems)
                    ? $"{pack!.DisplayName}\t{pack.Manifest.Kind}\t{pack.Manifest.VramBytes >> 20} MiB\t{JsonOutput.Hex(pack.Hash)}\t{folder}"
                    : $"broken\t{folder}\t{string.Join(" ", problems)}");
            }

            return ExitCode.Success;
        });

        var checkFolder = new Argument<string?>("folder") { Description = "The pack's folder.", Arity = ArgumentArity.ZeroOrOne };
        var check = new Command("check", "Check hashes, paths, operators and shapes of a pack; exit code 1 when it is broken.") { checkFolder };
        check.SetAction(parsed =>
        {
            var output = parsed.InvocationConfiguration.Output;
            if (ModelPackReader.TryRead(PackLocator.Find(parsed.GetValue(checkFolder)), out var pack, out var problems))
            {
                output.WriteLine($"{pack!.DisplayName}: {pack.Manifest.Graphs.Count} graphs, pack hash {JsonOutput.Hex(pack.Hash)}");
                return ExitCode.Success;
            }

            foreach (var problem in problems)
                output.WriteLine(problem);
            return ExitCode.Negative;
        });

        var warmFolder = new Argument<string?>("folder") { Description = "The pack's folder.", Arity = ArgumentArity.ZeroOrOne };
        var warm = new Command("warm", "Load a pack and make one second, to see that it runs.") { warmFolder };
        warm.SetAction(async (parsed, cancellationToken) =>
        {
            var start = Stopwatch.GetTimestamp();
            await using var pipeline = new ClipPipeline(new ClipPipelineOptions { PackFolder = PackLocator.Find(parsed.GetValue(warmFolder)) });
            var load = Stopwatch.GetElapsedTime(start);
            var request = new ClipRequest { Prompt = "a cheerful presenter", DurationSeconds = 1, Seed = ClipSeed.FromNumber(1) };
            ClipResult? result = null;
            await foreach (var output in pipeline.GenerateAsync(request, cancellationToken).ConfigureAwait(false))
                result = output as ClipResult;
            await parsed.InvocationConfiguration.Output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"{pipeline.PackName} on {pipeline.Provider} ({pipeline.ProviderReason}): loaded in {load.TotalSeconds:0.00} s, one second in {result!.Times.Total.TotalSeconds:0.00} s"))
                .ConfigureAwait(false);
            return ExitCode.Success;
        });
        return new Command("models", "Model packs.") { list, check, warm, CreateCompare() };
    }

    private static Command CreateCompare()
    {
        var folder = new Argument<string?>("folder") { Description = "The pack's folder.", Arity = ArgumentArity.ZeroOrOne };
        var device = ClipOptions.Choice("--device", "The device to measure.", "auto", ProviderSelector.Names);
        var with = ClipOptions.Choice("--with", "The device to measure against.", "cpu", ProviderSelector.Names);
        var graphs = new Option<string[]>("--graph")
        {
            Description = "Only these graphs.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [],
        };
        var json = new Option<string?>("--json") { Description = "Write the figures to a file, or - for the standard output." };
        var compare = new Command("compare", "Run each graph of a pack on two devices with the same input: by how much they differ, and how fast they are.")
        {
            folder, device, with, graphs, json,
        };
        compare.SetAction(async (parsed, cancellationToken) =>
        {
            var pack = ModelPackReader.Read(PackLocator.Find(parsed.GetValue(folder)));
            using var first = new InferenceDevice(parsed.GetValue(with)!);
            using var second = new InferenceDevice(parsed.GetValue(device)!);
            var output = parsed.InvocationConfiguration.Output;
            var text = parsed.GetValue(json) == "-" ? parsed.InvocationConfiguration.Error : output;
            await text.WriteLineAsync($"{pack.DisplayName}: {second.Provider} against {first.Provider}, one row").ConfigureAwait(false);
            var results = new JsonArray();
            await foreach (var graph in GraphComparison.CompareAsync(pack, first, second, parsed.GetValue(graphs)!, cancellationToken).ConfigureAwait(false))
            {
                await text.WriteLineAsync(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{graph.Graph}: differs by {graph.LargestDifference:0.0e+0} at most, {graph.Relative:0.0e+0} of the largest value; {graph.Second.TotalMilliseconds:0.0} ms against {graph.First.TotalMilliseconds:0.0}"))
                    .ConfigureAwait(false);
                results.Add(new JsonObject
                {
                    ["graph"] = graph.Graph,
                    ["largest_difference"] = graph.LargestDifference,
                    ["largest_value"] = graph.LargestValue,
                    ["milliseconds"] = graph.Second.TotalMilliseconds,
                    ["milliseconds_with"] = graph.First.TotalMilliseconds,
                });
            }

            var report = new JsonObject
            {
                ["pack"] = pack.DisplayName,
                ["pack_hash"] = JsonOutput.Hex(pack.Hash),
                ["device"] = second.Provider.ToString(),
                ["with"] = first.Provider.ToString(),
                ["runtime"] = RuntimeLibrary.Version,
                ["graphs"] = results,
            };
            await JsonOutput.WriteAsync(parsed.GetValue(json), output, report, cancellationToken).ConfigureAwait(false);
            return ExitCode.Success;
        });
        return compare;
    }
}
