using System.Diagnostics;
using System.Text.Json;
using Nsn.Vortex.Inference;
using Nsn.Vortex.Tests;

namespace Nsn.Cli.Tests;

/// <summary>
/// The library that <see cref="RuntimeLibrary.Variable"/> names, in processes of its own. WebGPU runs on SwiftShader, the software adapter that Debian's Chromium
/// brings: slow, but another provider with other arithmetic than the processor's.
/// </summary>
public sealed class WebGpuTests : IDisposable
{
    private const string SwiftShader = "/usr/lib/chromium/libvk_swiftshader.so";
    private const string Vulkan = "/usr/lib/x86_64-linux-gnu/libvulkan.so.1";
    private const string Adapter = $$$"""{"file_format_version":"1.0.0","ICD":{"library_path":"{{{SwiftShader}}}","api_version":"1.1.0"}}""";
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(5);
    private readonly string _folder = Directory.CreateTempSubdirectory("nsn-webgpu-").FullName;
    private readonly TinyPack _pack = new();

    public void Dispose()
    {
        _pack.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData("/no/such/library.so", "which is not there")]
    [InlineData("/etc/hostname", "which is no ONNX Runtime library")]
    public async Task A_library_that_cannot_be_used_is_named(string library, string expected)
    {
        var (code, _, errors) = await RunAsync(library, "devices");
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains($"{RuntimeLibrary.Variable} names '{library}', {expected}", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Auto_takes_no_software_adapter()
    {
        Assert.SkipWhen(GpuPresence.Detect().Any, "this machine has a GPU");
        var (code, output, errors) = await RunAsync(Library(), "devices");
        Assert.True(code == 0, errors);
        Assert.Contains("auto: Cpu", output, StringComparison.Ordinal);
        Assert.Contains("WebGpu, and the system shows no GPU for it", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Webgpu_without_an_adapter_says_what_is_the_matter_and_what_to_do()
    {
        var (code, output, errors) = await RunWithAsync("/no/such/adapter.json", Library(), "devices", "--device", "webgpu");
        Assert.True(code == ExitCode.Negative, output + errors);
        var line = Assert.Single(output.Split('\n'), line => line.StartsWith("webgpu: ", StringComparison.Ordinal));
        Assert.StartsWith("webgpu: No device could be opened: WebGpu did not open (Failed to get a WebGPU adapter: ", line, StringComparison.Ordinal);
        Assert.Contains("The device auto takes the processor", line, StringComparison.Ordinal);
        Assert.DoesNotContain(".cc:", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Graphs_give_on_webgpu_what_they_give_on_the_processor_but_for_rounding()
    {
        var (code, output, errors) = await RunAsync(Library(), "models", "compare", _pack.Folder, "--device", "webgpu", "--json", "-");
        Assert.True(code == 0, errors);
        using var json = JsonDocument.Parse(output);
        Assert.Equal(("WebGpu", "Cpu"), (json.RootElement.GetProperty("device").GetString(), json.RootElement.GetProperty("with").GetString()));
        var graphs = json.RootElement.GetProperty("graphs").EnumerateArray().ToList();
        Assert.Equal(10, graphs.Count);
        Assert.All(graphs, graph => Assert.InRange(Number(graph, "largest_difference"), 0, 1e-3 * Number(graph, "largest_value")));
        Assert.True(graphs.Any(graph => Number(graph, "largest_difference") > 0), "No graph differed at all, so both ran on the same provider.");

        static double Number(JsonElement graph, string name) => graph.GetProperty(name).GetDouble();
    }

    [Fact]
    public async Task A_clip_that_was_made_on_webgpu_is_accepted_by_a_director_with_a_processor()
    {
        string clip = Path.Combine(_folder, "clip.webm");
        string[] request = ["--prompt", "a chef on a beach", "--script", "Hello.", "--seconds", "1", "--size", "64", "--seed", "5", "--pack", _pack.Folder];
        var (code, output, errors) = await RunAsync(Library(), ["generate", .. request, "--device", "webgpu", "--out", clip, "--json", "-"]);
        Assert.True(code == 0, errors);
        using var json = JsonDocument.Parse(output);
        Assert.StartsWith("webgpu;ort=", json.RootElement.GetProperty("proof").GetProperty("environment").GetString(), StringComparison.Ordinal);

        (code, output, errors) = await RunAsync(null, ["verify", clip, .. request.Except(["--seconds", "1"]), "--regenerate", "full", "--device", "cpu"]);
        Assert.True(code == 0, output + errors);
    }

    [Fact]
    public async Task A_graph_that_webgpu_computes_wrongly_runs_on_the_processor()
    {
        using var pack = new TinyPack(sixChannels: true);
        var (code, output, errors) = await RunAsync(Library(), "models", "compare", pack.Folder, "--device", "webgpu", "--graph", "tower_b_image", "--json", "-");
        Assert.True(code == 0, errors);
        using var difference = JsonDocument.Parse(output);
        var graph = difference.RootElement.GetProperty("graphs")[0];
        Assert.SkipUnless(
            graph.GetProperty("largest_difference").GetDouble() > .1 * graph.GetProperty("largest_value").GetDouble(), "this ONNX Runtime computes it rightly");

        string[] request = ["generate", "--prompt", "a chef on a beach", "--seconds", "1", "--size", "64", "--seed", "5", "--pack", pack.Folder, "--json", "-"];
        (code, var onGpu, errors) = await RunAsync(Library(), [.. request, "--device", "webgpu", "--out", Path.Combine(_folder, "gpu.webm")]);
        Assert.True(code == 0, errors);
        (code, var onProcessor, errors) = await RunAsync(null, [.. request, "--device", "cpu", "--out", Path.Combine(_folder, "cpu.webm")]);
        Assert.True(code == 0, errors);
        using var gpu = JsonDocument.Parse(onGpu);
        using var processor = JsonDocument.Parse(onProcessor);
        Assert.EndsWith("the processor runs what WebGpu computes wrongly here: tower_b_image", gpu.RootElement.GetProperty("provider_reason").GetString(), StringComparison.Ordinal);
        double[] scores = [.. new[] { gpu, processor }.Select(json => json.RootElement.GetProperty("scores").GetProperty("b").GetDouble())];
        Assert.InRange(Math.Abs(scores[0] - scores[1]), 0, 1e-3);
    }

    // What `./test` and .ci/run install: see AppHost/webgpu.
    private static string Library()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var library = Path.Combine(folder.FullName, "AppHost", "webgpu", "node_modules", "onnxruntime-node", "bin", "napi-v6", "linux", "x64", "libonnxruntime.so.1");
            if (File.Exists(library))
            {
                Assert.SkipUnless(File.Exists(SwiftShader) && File.Exists(Vulkan), $"{SwiftShader} or {Vulkan} is not there: apt-get install chromium libvulkan1");
                return library;
            }
        }

        Assert.Skip("AppHost/webgpu is not installed: tests/prepare does it");
        return "";
    }

    private async Task<(int Code, string Output, string Errors)> RunAsync(string? library, params string[] arguments)
    {
        string adapter = Path.Combine(_folder, "swiftshader.json");
        await File.WriteAllTextAsync(adapter, Adapter);
        return await RunWithAsync(adapter, library, arguments);
    }

    private static async Task<(int Code, string Output, string Errors)> RunWithAsync(string adapter, string? library, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "nsn.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["VK_ICD_FILENAMES"] = adapter, [RuntimeLibrary.Variable] = library },
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        try
        {
            await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(s_limit);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"nsn {string.Join(' ', arguments)} did not end within {s_limit}. It said: {await output}{await errors}");
        }

        return (process.ExitCode, await output, await errors);
    }
}
