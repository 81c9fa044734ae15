using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace Nsn.Vortex.Inference;

/// <summary>
/// Which build of ONNX Runtime's native library the process runs. The NuGet package brings one for processors; <see cref="Variable"/> names another, of the
/// same version or later, for instance the one of npm's <c>onnxruntime-node</c>, which has WebGPU, or one for CUDA with its providers beside it.
/// </summary>
public static class RuntimeLibrary
{
    /// <summary>The environment variable that names the library's file.</summary>
    public const string Variable = "NSN_ONNXRUNTIME";

    private static readonly Lazy<string?> s_path = new(Load);

    /// <summary>The library that <see cref="Variable"/> names, loaded; null where the package's own is used.</summary>
    /// <exception cref="ClipException">The file is not there, or is no library that this build can use.</exception>
    public static string? Path => s_path.Value;

    /// <summary>The native library's own version, as <c>1.30.0</c>.</summary>
    public static string Version
    {
        get
        {
            _ = Path;
            return OrtEnv.Instance().GetVersionString();
        }
    }

    /// <summary>Providers that the library was built with, by ONNX Runtime's names.</summary>
    public static IReadOnlyList<string> Providers()
    {
        _ = Path;
        return OrtEnv.Instance().GetAvailableProviders();
    }

    private static string? Load()
    {
        var path = Environment.GetEnvironmentVariable(Variable);
        if (string.IsNullOrEmpty(path))
            return null;
        path = System.IO.Path.GetFullPath(path);
        if (!File.Exists(path))
            throw new ClipException(ClipError.InvalidRequest, $"{Variable} names '{path}', which is not there. Unset it to use the library that comes along.");
        if (!NativeLibrary.TryLoad(path, out var library) || !NativeLibrary.TryGetExport(library, "OrtGetApiBase", out var entry))
            throw new ClipException(ClipError.InvalidRequest, $"{Variable} names '{path}', which is no ONNX Runtime library for this system.");
        var oldest = typeof(OrtEnv).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+', '-')[0];
        var version = VersionOf(entry);
        if (!System.Version.TryParse(version.Split('-')[0], out var parsed) || parsed < new Version(oldest))
            throw new ClipException(ClipError.InvalidRequest, $"{Variable} names '{path}', which is ONNX Runtime {version}; {oldest} or later is needed.");
        OrtEnv.DisableDllImportResolver = true;
        NativeLibrary.SetDllImportResolver(typeof(OrtEnv).Assembly, (name, _, _) => name == "onnxruntime" ? library : 0);
        return path;
    }

    // const OrtApiBase* OrtGetApiBase(): { const OrtApi* GetApi(uint32_t); const char* GetVersionString(); }
    private static unsafe string VersionOf(nint entry)
    {
        var api = (nint*)((delegate* unmanaged<nint>)entry)();
        return Marshal.PtrToStringUTF8((nint)((delegate* unmanaged<byte*>)api[1])()) ?? "";
    }
}
