using System.Runtime.InteropServices;
using Microsoft.Extensions.Configuration;
using Nsn.AppHost.Hosting;

namespace Nsn.AppHost.Provisioning;

/// <summary>
/// ONNX Runtime's native library with WebGPU, which npm's <c>onnxruntime-node</c> brings (113 MB to fetch). Only who has a GPU, or asks for WebGPU by
/// <c>Silo:Device</c>, needs it: the library that comes along is built for processors.
/// </summary>
public sealed class WebGpuLibrary(StackPaths paths, IConfiguration configuration)
{
    /// <summary>The variable by which processes are told which library to load.</summary>
    public const string Variable = "NSN_ONNXRUNTIME";

    private readonly NpmPackages _npm = new(paths.WebGpu);

    private static bool IsOffered => OperatingSystem.IsLinux()
        && RuntimeInformation.ProcessArchitecture == Architecture.X64
        && string.IsNullOrEmpty(Environment.GetEnvironmentVariable(Variable));

    /// <summary>The library's file, whether it is there or not.</summary>
    public string File => Path.Combine(_npm.Modules, "onnxruntime-node", "bin", "napi-v6", "linux", "x64", "libonnxruntime.so.1");

    /// <summary>The device that was asked for.</summary>
    public string Device => configuration["Silo:Device"] is { Length: > 0 } device ? device : "auto";

    /// <summary>Whether WebGPU was asked for by name, so that nothing else will do.</summary>
    public bool IsRequired => IsOffered && Device == "webgpu";

    /// <summary>Whether a silo would use it: asked for by name, or left open on a machine that shows a GPU. A library that was named already is used instead.</summary>
    public bool IsWanted(bool machineHasGpu) => IsRequired || (IsOffered && Device == "auto" && machineHasGpu);

    /// <summary>Whether the system shows a GPU: the device file of a driver.</summary>
    public static bool MachineHasGpu() =>
        System.IO.File.Exists("/dev/nvidiactl") || (Directory.Exists("/dev/dri") && Directory.EnumerateFiles("/dev/dri", "renderD*").Any());

    /// <summary>Fetches it once.</summary>
    /// <exception cref="AppHostException">It could not be fetched, and WebGPU was asked for by name.</exception>
    public async Task EnsureAsync(Action<string> log, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(log);
        try
        {
            await _npm.EnsureAsync(log, cancellationToken).ConfigureAwait(false);
        }
        catch (AppHostException error) when (!IsRequired)
        {
            log($"The library with WebGPU could not be fetched, so models run on the processor: {error.Message}");
        }
    }
}
