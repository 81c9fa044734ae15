namespace Nsn.Vortex.Inference;

/// <summary>
/// What the system says of its GPUs, so that <c>auto</c> leaves a provider alone that could only draw on the processor: WebGPU takes a software adapter
/// (SwiftShader, llvmpipe) as gladly as a GPU, and is hundreds of times slower on it than the processor's own provider.
/// </summary>
/// <param name="Any">A GPU that a graphics interface can use.</param>
/// <param name="Nvidia">One that CUDA can use.</param>
public readonly record struct GpuPresence(bool Any, bool Nvidia)
{
    /// <summary>Asks the system: on Linux the device files of drivers; elsewhere a GPU is taken for granted.</summary>
    public static GpuPresence Detect()
    {
        if (!OperatingSystem.IsLinux())
            return new GpuPresence(true, !OperatingSystem.IsMacOS());
        var nvidia = File.Exists("/dev/nvidiactl") || File.Exists("/dev/dxg");
        return new GpuPresence(nvidia || (Directory.Exists("/dev/dri") && Directory.EnumerateFiles("/dev/dri", "renderD*").Any()), nvidia);
    }
}
